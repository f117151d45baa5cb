/** Components that lay others out one after the other, or part them. */
import { Type, type Static } from 'typebox';
import { choice, component, node, nodes, type AnyComponent } from '../base.ts';
import { closed, CrossAlign, Direction, Gap, MainAlign, Pixels } from '../tokens.ts';

const issue = (title: string, number: number): AnyComponent => ({
  _type: 'card',
  title: `#${number}`,
  children: [{ _type: 'text', value: title }],
});
const issues = [
  issue('Retries start at once after a restart', 41),
  issue('The list forgets its filter when the page is loaded again', 57),
  issue('Say which header the signature was looked for in', 63),
];

export const row = component(
  'row',
  'Children side by side. What does not fit goes to the next line, unless `wrap` is false.',
  {
    children: nodes(),
    gap: Type.Optional(Gap),
    align: Type.Optional(CrossAlign),
    justify: Type.Optional(MainAlign),
    wrap: Type.Optional(Type.Boolean({ default: true })),
  },
  {
    examples: [
      {
        title: 'Facts in a line',
        tree: {
          _type: 'row',
          gap: 'md',
          align: 'center',
          children: [
            { _type: 'status', value: 'running' },
            { _type: 'text', value: 'import-customers' },
            { _type: 'duration', ms: 4_210 },
          ],
        },
      },
      {
        title: 'Apart, and wrapped',
        tree: {
          _type: 'row',
          justify: 'spaceBetween',
          children: [
            { _type: 'heading', value: 'earshot/server', level: 3 },
            { _type: 'badge', text: 'public' },
            { _type: 'text', value: 'Receives webhooks, runs listeners, forwards events, shows live views.' },
          ],
        },
      },
    ],
  },
);
export type Row = Static<typeof row.schema>;

export const column = component(
  'column',
  'Children below each other.',
  {
    children: nodes(),
    gap: Type.Optional(Gap),
    align: Type.Optional(CrossAlign),
    justify: Type.Optional(MainAlign),
  },
  {
    examples: [
      { title: 'Cards', tree: { _type: 'column', gap: 'sm', children: issues } },
      {
        title: 'In the middle',
        tree: {
          _type: 'column',
          align: 'center',
          children: [
            { _type: 'icon', value: 'inbox', size: 32 },
            { _type: 'text', value: 'No open issues', weight: 'bold' },
            { _type: 'text', value: 'New ones appear here by themselves.', tone: 'muted' },
          ],
        },
      },
    ],
  },
);
export type Column = Static<typeof column.schema>;

const Columns = Type.Integer({ minimum: 1, maximum: 12 });
export const grid = component(
  'grid',
  'Children in columns of one width. How many there are may depend on the width of the window.',
  {
    children: nodes(),
    columns: Type.Optional(
      Type.Union([
        Columns,
        Type.Object(
          {
            phone: Type.Optional(Columns),
            tablet: Type.Optional(Columns),
            desk: Type.Optional(Columns),
            wide: Type.Optional(Columns),
          },
          { ...closed, description: 'From 0, 768, 992 and 1408 px; one that is not said is as the narrower one.' },
        ),
      ]),
    ),
    gap: Type.Optional(Gap),
    align: Type.Optional(CrossAlign),
  },
  {
    examples: [
      {
        title: 'One column, two, three',
        tree: { _type: 'grid', columns: { phone: 1, tablet: 2, desk: 3 }, gap: 'md', children: issues },
      },
      {
        title: 'Numbers, two by two on a phone',
        tree: {
          _type: 'grid',
          columns: { phone: 2, desk: 4 },
          children: [
            { _type: 'stat', label: 'Received', value: 12_481 },
            { _type: 'stat', label: 'Delivered', value: '99.2 %', tone: 'success' },
            { _type: 'stat', label: 'Waiting', value: 41, tone: 'warning' },
            { _type: 'stat', label: 'Dead', value: 2, tone: 'error' },
          ],
        },
      },
    ],
  },
);
export type Grid = Static<typeof grid.schema>;

export const divider = component(
  'divider',
  'A line between two things, with a word on it if it needs one.',
  { text: Type.Optional(Type.String({ maxLength: 200 })), direction: Type.Optional(Direction) },
  {
    examples: [
      { title: 'A line', tree: { _type: 'divider' } },
      { title: 'With words', tree: { _type: 'divider', text: 'Earlier this week' } },
      {
        title: 'Upright',
        tree: {
          _type: 'row',
          align: 'stretch',
          children: ['main', { _type: 'divider', direction: 'vertical' }, '214 commits'],
        },
      },
    ],
  },
);
export type Divider = Static<typeof divider.schema>;

export const scroll = component(
  'scroll',
  'A part of the page that scrolls by itself. It needs a `label`: without a mouse it is reached with the Tab key.',
  {
    label: Type.String({ maxLength: 200 }),
    children: nodes(),
    direction: Type.Optional(choice('horizontal', 'vertical', 'both')),
    maxHeight: Type.Optional(Pixels()),
  },
  {
    examples: [
      {
        title: 'Downwards',
        tree: { _type: 'scroll', label: 'Issues', maxHeight: 160, children: [{ _type: 'column', children: issues }] },
      },
      {
        title: 'Sideways',
        tree: {
          _type: 'scroll',
          label: 'Branches',
          direction: 'horizontal',
          children: [
            {
              _type: 'row',
              wrap: false,
              children: [
                'main',
                'next',
                'release-2026-03',
                'fix-retry-after',
                'one-clock-for-all',
                'smaller-patches',
              ].map((text) => ({ _type: 'badge', text })),
            },
          ],
        },
      },
    ],
  },
);
export type Scroll = Static<typeof scroll.schema>;

export const split = component(
  'split',
  'Two parts beside each other, such as a list and what is chosen in it. On a narrow window the second goes below the first.',
  {
    first: node(),
    second: node(),
    ratio: Type.Optional(Type.Number({ minimum: 0.1, maximum: 0.9, default: 0.5, description: 'Of the first part.' })),
    gap: Type.Optional(Gap),
    stacksOn: Type.Optional(choice('phone', 'tablet', 'never')),
  },
  {
    examples: [
      { title: 'Halves', tree: { _type: 'split', first: issues[0]!, second: issues[1]! } },
      {
        title: 'A list and its detail',
        tree: {
          _type: 'split',
          ratio: 0.33,
          gap: 'lg',
          stacksOn: 'tablet',
          first: { _type: 'column', gap: 'sm', children: issues },
          second: {
            _type: 'fact_list',
            items: [
              { label: 'Opened', value: { _type: 'time', at: '2026-03-12T16:20:00.000Z', mode: 'absolute' } },
              { label: 'By', value: { _type: 'person', name: 'Tomas Oyelaran' } },
              { label: 'Assigned', value: null },
            ],
          },
        },
      },
    ],
  },
);
export type Split = Static<typeof split.schema>;
