/** Words in lines. */
import { Type, type Static } from 'typebox';
import { choice, component, node, nodes } from '../base.ts';
import { Color, IconName } from '../tokens.ts';

export const text = component(
  'text',
  'Words. A child text carries its own look and stands in the same line.',
  {
    value: Type.Union([Type.String({ maxLength: 100_000 }), Type.Number()]),
    children: Type.Optional(nodes('Texts that follow in the line.')),
    tone: Type.Optional(Color),
    size: Type.Optional(choice('xs', 'sm', 'md', 'lg', 'xl')),
    weight: Type.Optional(choice('normal', 'medium', 'bold')),
    italic: Type.Optional(Type.Boolean()),
    mono: Type.Optional(Type.Boolean({ description: 'In letters of one width.' })),
    decoration: Type.Optional(choice('underline', 'lineThrough')),
    textAlign: Type.Optional(choice('left', 'center', 'right', 'justify', 'start', 'end')),
    truncate: Type.Optional(Type.Boolean({ description: 'One line; what does not fit is cut, and shown on hover.' })),
    lines: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, description: 'At most so many lines.' })),
    locale: Type.Optional(
      Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$', description: '`sv`, `pt-BR`' }),
    ),
    semanticsLabel: Type.Optional(Type.String({ description: 'What a screen reader says in its place.' })),
  },
  {
    examples: [
      {
        title: 'A sentence with parts',
        tree: {
          _type: 'text',
          value: 'Order ',
          children: [
            { _type: 'text', value: '2026-0142', mono: true },
            { _type: 'text', value: ' is ' },
            { _type: 'text', value: 'paid', weight: 'bold', tone: 'success' },
          ],
        },
      },
      {
        title: 'Tones',
        tree: {
          _type: 'column',
          gap: 'xs',
          children: ['default', 'muted', 'primary', 'info', 'success', 'warning', 'error'].map((tone) => ({
            _type: 'text',
            value: `The bank has answered (${tone})`,
            tone,
          })),
        },
      },
      {
        title: 'Too long for its line',
        tree: {
          _type: 'text',
          truncate: true,
          value:
            'TypeError: cannot read the member total of undefined, in listeners/on-order-paid.ts, line 14, called by the webhook shop for the third time since this morning',
        },
      },
      { title: 'Empty', tree: { _type: 'text', value: '' } },
    ],
  },
);
export type Text = Static<typeof text.schema>;

export const heading = component(
  'heading',
  'A heading. The page’s title is the first level; what is on the page begins with the second.',
  {
    value: Type.String({ maxLength: 1_000 }),
    level: Type.Optional(Type.Integer({ minimum: 1, maximum: 6, default: 2 })),
  },
  {
    examples: [
      { title: 'Second level', tree: { _type: 'heading', value: 'Orders of this week' } },
      { title: 'Third level', tree: { _type: 'heading', value: 'Waiting for the bank', level: 3 } },
      {
        title: 'Long',
        tree: {
          _type: 'heading',
          level: 4,
          value: 'Orders of which the parcel was sent back because nobody was at home on three days in a row',
        },
      },
    ],
  },
);
export type Heading = Static<typeof heading.schema>;

export const link = component(
  'link',
  'A way to another page. One that leaves this site is marked, and opens in a new tab.',
  {
    to: Type.String({
      maxLength: 2_000,
      description: 'A path of this app, or http(s), mailto or tel. Others are shown as text.',
    }),
    text: Type.Optional(Type.String({ maxLength: 1_000, description: 'The address itself, unless said.' })),
    child: Type.Optional(node('In the place of a text.')),
    icon: Type.Optional(IconName),
    tone: Type.Optional(choice('primary', 'muted', 'default')),
  },
  {
    examples: [
      { title: 'Within the app', tree: { _type: 'link', to: '/orders/2026-0142', text: 'Order 2026-0142' } },
      { title: 'Elsewhere', tree: { _type: 'link', to: 'https://example.com/docs', text: 'The shop’s manual' } },
      {
        title: 'A letter',
        tree: { _type: 'link', to: 'mailto:maja@example.com', icon: 'mail', text: 'maja@example.com' },
      },
      { title: 'Not an address: plain text', tree: { _type: 'link', to: 'javascript:alert(1)', text: 'Nowhere' } },
    ],
  },
);
export type Link = Static<typeof link.schema>;
