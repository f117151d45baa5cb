/** Lists of things that need no columns, and things that stand under one another. */
import { Type, type Static } from 'typebox';
import { component, event, node } from '../base.ts';
import { Id, Order, liveEvents, liveRows } from './live.ts';

const closed = { additionalProperties: false };

const ListItem = Type.Object(
  {
    title: node('Its name; the link, where it has one.'),
    text: Type.Optional(node('A line below.')),
    start: Type.Optional(node('Before it: an icon, a status.')),
    end: Type.Optional(node('After it: a number, a time, a button.')),
  },
  closed,
);
export type ListItem = Static<typeof ListItem>;

export const list = component(
  'list',
  'Things below one another, each with a title, by id as in a table.',
  {
    items: Type.Record(Type.String(), ListItem, { description: 'By id.' }),
    ...liveRows,
  },
  {
    events: liveEvents,
    examples: [
      {
        title: 'Repositories',
        tree: {
          _type: 'list',
          label: 'Repositories',
          order: ['earshot', 'paperclip', 'tide'],
          items: {
            earshot: {
              title: 'acme/earshot',
              text: 'Webhooks in, events out',
              start: { _type: 'statusSticker', status: 'success', label: 'The build passed' },
              end: '12 open issues',
            },
            paperclip: {
              title: 'acme/paperclip',
              text: 'Everything that is clipped to an invoice, and why it was clipped there in the first place',
              start: { _type: 'statusSticker', status: 'error', label: 'The build failed' },
              end: '3 open issues',
            },
            tide: { title: 'acme/tide-tables-of-the-northern-hemisphere-1970-2069', end: 'archived' },
          },
          rowLink: '/repositories/$id',
          total: 41,
          hasMore: true,
          onLoadMore: { _type: 'action', action: 'set_query', query: { page: '2' } },
        },
      },
      {
        title: 'No issues',
        tree: { _type: 'list', label: 'Issues', order: [], items: {}, empty: 'No issue is open.' },
      },
    ],
  },
);
export type List = Static<typeof list.schema>;

const TreeItem = Type.Object(
  {
    text: node(),
    parent: Type.Optional(Id),
    end: Type.Optional(node('After it: a number, a status.')),
    to: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  closed,
);

export const tree = component(
  'tree',
  'Things under one another. They stand by id, each naming its parent, so that a move is one small patch.',
  {
    order: Order,
    items: Type.Record(Type.String(), TreeItem, { description: 'By id.' }),
    depth: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 20, default: 1, description: 'How many levels stand open at the start.' }),
    ),
    selected: Type.Optional(Id),
    onSelect: Type.Optional(event()),
  },
  {
    events: { onSelect: '{ value: string }: the item’s id' },
    examples: [
      {
        title: 'Files of an app',
        tree: {
          _type: 'tree',
          label: 'Files',
          depth: 2,
          order: ['listeners', 'orderPaid', 'issueOpened', 'views', 'orders', 'ordersList', 'readme'],
          items: {
            listeners: { text: 'listeners', end: 2 },
            orderPaid: { text: 'orderPaid.ts', parent: 'listeners' },
            issueOpened: { text: 'issueOpened.ts', parent: 'listeners' },
            views: { text: 'views', end: 2 },
            orders: { text: 'orders', parent: 'views' },
            ordersList: { text: 'list.ts', parent: 'orders' },
            readme: { text: 'README.md', to: '/readme' },
          },
          selected: 'orderPaid',
          onSelect: { _type: 'action', action: 'set_query', query: { file: '$value' } },
        },
      },
      {
        title: 'Folded',
        tree: {
          _type: 'tree',
          label: 'Teams',
          depth: 0,
          order: ['sales', 'north', 'south'],
          items: {
            sales: { text: 'Sales' },
            north: { text: 'North', parent: 'sales' },
            south: { text: 'South', parent: 'sales' },
          },
        },
      },
    ],
  },
);
export type Tree = Static<typeof tree.schema>;
