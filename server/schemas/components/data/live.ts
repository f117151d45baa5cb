/**
 * What lists and tables have in common: `order` says which ids stand where, the rows stand by id beside it. So a change
 * of one row is one small patch, an insertion shifts nothing, and the browser knows which row is which.
 */
import { Type } from 'typebox';
import { choice, event, node } from '../base.ts';

export const Id = Type.String({ minLength: 1, maxLength: 200 });

export const Order = Type.Array(Id, {
  maxItems: 20_000,
  description: 'The ids of the rows, in the order in which they are shown. Ids without a row are passed over.',
});

/** Members of everything that shows rows by id. */
export const liveRows = {
  order: Order,
  live: Type.Optional(
    Type.Unsafe<'follow' | 'buffer' | 'off'>({
      ...choice('follow', 'buffer', 'off'),
      default: 'follow',
      description:
        'What happens when rows come or go. `follow`: shown at once. `buffer`: new rows wait behind “↑ 14 new”, rows that went stay, dimmed, until then; changes inside a row are shown at once. `off`: nothing changes until a person asks for it.',
    }),
  ),
  rowLink: Type.Optional(
    Type.String({ maxLength: 500, description: 'Where a row leads to; `$id` stands for its id: `/orders/$id`.' }),
  ),
  links: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 2_000 }), {
      description: 'Where single rows lead to, by id; goes before `rowLink`.',
    }),
  ),
  empty: Type.Optional(node('What stands there when there is no row; an `empty`, or text.')),
  total: Type.Optional(
    Type.Integer({ minimum: 0, description: 'How many there are in all, where not all are here: “50 of 1,204”.' }),
  ),
  hasMore: Type.Optional(Type.Boolean({ description: 'There are more, which `onLoadMore` gets.' })),
  cursor: Type.Optional(Type.String({ maxLength: 2_000, description: 'Where they begin; the value of `onLoadMore`.' })),
  onLoadMore: Type.Optional(event()),
  onOpen: Type.Optional(event('A row is opened, by Enter or by a press, where it has no link.')),
};

export const liveEvents = {
  onOpen: '{ value: string }: the row’s id',
  onLoadMore: '{ value: string | null }: the cursor',
};
