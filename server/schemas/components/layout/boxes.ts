/** The original’s boxes, under their names and members; colours, borders and shadows are words of the theme. */
import { Type, type Static } from 'typebox';
import { choice, component, node, nodes } from '../base.ts';
import { Alignment, closed, CrossAlign, Direction, MainAlign, Pixels, Space, Surface } from '../tokens.ts';

const Sides = Type.Union([
  Space,
  Type.Object(
    {
      top: Type.Optional(Pixels(400)),
      right: Type.Optional(Pixels(400)),
      bottom: Type.Optional(Pixels(400)),
      left: Type.Optional(Pixels(400)),
    },
    closed,
  ),
]);

const box = (text: string, color: 'subtle' | 'info' | 'success' | 'warning' | 'error') => ({
  _type: 'container',
  padding: 12,
  decoration: { color, borderRadius: 8 },
  child: { _type: 'text', value: text },
});

export const flex = component(
  'flex',
  'Children in a row or a column that may share out the space between them.',
  {
    children: nodes(),
    direction: Type.Optional(Direction),
    mainAxisAlignment: Type.Optional(MainAlign),
    crossAxisAlignment: Type.Optional(CrossAlign),
    spacing: Type.Optional(Space),
    fillParent: Type.Optional(Type.Boolean({ description: 'Takes all the width there is.' })),
    scroll: Type.Optional(Type.Boolean({ description: 'Scrolls when the children need more room.' })),
    padding: Type.Optional(Sides),
  },
  {
    examples: [
      {
        title: 'Between the ends',
        tree: {
          _type: 'flex',
          fillParent: true,
          spacing: 16,
          mainAxisAlignment: 'spaceBetween',
          crossAxisAlignment: 'center',
          children: [box('open', 'info'), box('in review', 'warning'), box('merged', 'success')],
        },
      },
      {
        title: 'A column with one that grows',
        tree: {
          _type: 'flex',
          direction: 'vertical',
          spacing: 'sm',
          padding: { left: 8, right: 8 },
          children: [box('README.md', 'subtle'), { _type: 'flexible', flex: 2, child: box('server/', 'subtle') }],
        },
      },
    ],
  },
);
export type Flex = Static<typeof flex.schema>;

export const flexible = component(
  'flexible',
  'A child of `flex` that takes a share of the space that is left.',
  {
    child: node(),
    flex: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 1 })),
    fit: Type.Optional(choice('loose', 'tight')),
  },
  {
    examples: [
      {
        title: 'One third and two thirds',
        tree: {
          _type: 'flex',
          fillParent: true,
          spacing: 8,
          children: [
            { _type: 'flexible', flex: 1, fit: 'tight', child: box('1', 'subtle') },
            { _type: 'flexible', flex: 2, fit: 'tight', child: box('2', 'info') },
          ],
        },
      },
      { title: 'By itself', tree: { _type: 'flexible', child: box('alone', 'subtle') } },
    ],
  },
);
export type Flexible = Static<typeof flexible.schema>;

export const wrap = component(
  'wrap',
  'Children in a line that breaks when it is full.',
  {
    children: nodes(),
    direction: Type.Optional(Direction),
    spacing: Type.Optional(Space),
    runSpacing: Type.Optional(Space),
    alignment: Type.Optional(MainAlign),
    runAlignment: Type.Optional(MainAlign),
    crossAxisAlignment: Type.Optional(CrossAlign),
  },
  {
    examples: [
      {
        title: 'Labels of an issue',
        tree: {
          _type: 'wrap',
          spacing: 8,
          runSpacing: 8,
          children: ['bug', 'good first issue', 'documentation', 'help wanted', 'sockets', 'needs a test'].map(
            (text) => ({
              _type: 'badge',
              text,
            }),
          ),
        },
      },
      { title: 'With nothing', tree: { _type: 'wrap', children: [] } },
    ],
  },
);
export type Wrap = Static<typeof wrap.schema>;

export const container = component(
  'container',
  'A box around one child: space, a border, a surface, and how large it may be.',
  {
    child: Type.Optional(node()),
    padding: Type.Optional(Sides),
    border: Type.Optional(choice('none', 'thin', 'thick', 'dashed')),
    alignment: Type.Optional(Alignment),
    constraints: Type.Optional(
      Type.Object(
        {
          minWidth: Type.Optional(Pixels()),
          maxWidth: Type.Optional(Pixels()),
          minHeight: Type.Optional(Pixels()),
          maxHeight: Type.Optional(Pixels()),
        },
        closed,
      ),
    ),
    decoration: Type.Optional(
      Type.Object(
        {
          color: Type.Optional(Surface),
          borderRadius: Type.Optional(Pixels(100)),
          boxShadow: Type.Optional(choice('none', 'small', 'medium', 'large')),
          shape: Type.Optional(choice('rectangle', 'circle')),
        },
        closed,
      ),
    ),
  },
  {
    examples: [
      {
        title: 'A surface with a shadow',
        tree: {
          _type: 'container',
          padding: { top: 12, right: 16, bottom: 12, left: 16 },
          border: 'thin',
          constraints: { maxWidth: 420 },
          decoration: { color: 'surface', borderRadius: 12, boxShadow: 'medium' },
          child: 'Two orders wait for a parcel label.',
        },
      },
      {
        title: 'In the middle, tone of an error',
        tree: {
          _type: 'container',
          alignment: 'center',
          border: 'dashed',
          padding: 'md',
          constraints: { minHeight: 96 },
          decoration: { color: 'error', borderRadius: 8 },
          child: { _type: 'text', value: 'The label printer does not answer.', tone: 'error' },
        },
      },
      { title: 'Empty', tree: { _type: 'container', constraints: { minHeight: 24 }, border: 'thin' } },
    ],
  },
);
export type Container = Static<typeof container.schema>;

export const stack = component(
  'stack',
  'Children on top of each other, the last one uppermost.',
  {
    children: nodes(),
    alignment: Type.Optional(Alignment),
    fit: Type.Optional(choice('loose', 'expand')),
  },
  {
    examples: [
      {
        title: 'A mark in a corner',
        tree: {
          _type: 'stack',
          alignment: 'topRight',
          children: [
            {
              _type: 'container',
              padding: 'lg',
              constraints: { minWidth: 220, minHeight: 96 },
              decoration: { color: 'subtle', borderRadius: 8 },
              child: 'Parcel 7',
            },
            { _type: 'badge', text: 'new', tone: 'info' },
          ],
        },
      },
      { title: 'All of one size', tree: { _type: 'stack', fit: 'expand', children: [box('Only one', 'subtle')] } },
    ],
  },
);
export type Stack = Static<typeof stack.schema>;
