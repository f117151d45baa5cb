/** The table: rows by id, columns by key, live without jumping. */
import { Type, type Static } from 'typebox';
import { choice, component, event, node } from '../base.ts';
import { Id, liveEvents, liveRows } from './live.ts';
import { tableExamples } from './tableExamples.ts';

const closed = { additionalProperties: false };
const ColumnKey = Type.String({ minLength: 1, maxLength: 100 });

const Column = Type.Object(
  {
    key: ColumnKey,
    title: Type.String({ maxLength: 200 }),
    align: Type.Optional(choice('start', 'center', 'end')),
    width: Type.Optional(Type.Integer({ minimum: 24, maximum: 1_200, description: 'In pixels; the rest is shared.' })),
    sort: Type.Optional(Type.Boolean({ description: 'A person may sort by it, which fires `onSort`.' })),
    hideBelow: Type.Optional(
      Type.Unsafe<'tablet' | 'desk' | 'wide'>({
        ...choice('tablet', 'desk', 'wide'),
        description: 'Left out on screens narrower than 768, 992 or 1,400 pixels.',
      }),
    ),
  },
  closed,
);

const Sort = Type.Object(
  { key: ColumnKey, dir: Type.Optional(choice('asc', 'desc')) },
  { ...closed, description: 'Upwards, unless `dir` says otherwise.' },
);

export const table = component(
  'table',
  'Rows and columns, live. Rows stand by id, so that a change of one is a small patch and moves nothing. On a phone rows become cards: the first column is the title.',
  {
    columns: Type.Array(Column, { minItems: 1, maxItems: 50 }),
    rows: Type.Record(Type.String(), Type.Record(Type.String(), node()), {
      description: 'By id, then by the column’s key: text, a number, null, or a component.',
    }),
    ...liveRows,
    sort: Type.Optional(
      Type.Union([Sort, Type.String({ maxLength: 101 })], {
        description:
          'How the rows are sorted now: `{ key, dir }`, or as `onSort` tells it: `total`, or `-total` downwards.',
      }),
    ),
    select: Type.Optional(Type.Boolean({ description: 'Rows can be ticked, for `onSelect` or a `bulk_bar`.' })),
    selected: Type.Optional(Type.Array(Id, { description: 'Ticked at the start.' })),
    dense: Type.Optional(Type.Boolean()),
    onSort: Type.Optional(event('A person chose a column to sort by; often a `set_query` of `$value`.')),
    onSelect: Type.Optional(event()),
  },
  {
    events: {
      ...liveEvents,
      onSort: '{ value: string }: `total`, or `-total` for downwards',
      onSelect: '{ value: string[] }: the ids that are ticked now',
    },
    examples: tableExamples,
  },
);
export type Table = Static<typeof table.schema>;
export type TableColumn = Static<typeof Column>;
