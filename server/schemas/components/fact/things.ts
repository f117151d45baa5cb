/** Facts with a name: lists of them, figures, people, and what is copied or kept secret. */
import { Type, type Static } from 'typebox';
import { choice, component, event, node, Tone } from '../base.ts';
import { closed, IconName } from '../tokens.ts';

export const copyable = component(
  'copyable',
  'An id, an address or a header that people carry elsewhere: a press copies it.',
  {
    value: Type.String({ maxLength: 100_000 }),
    show: Type.Optional(
      Type.String({ maxLength: 1_000, description: 'What is to be seen; the value itself, unless said.' }),
    ),
    mono: Type.Optional(Type.Boolean({ default: true })),
  },
  {
    examples: [
      { title: 'An id', tree: { _type: 'copyable', value: 'run_01JQ2V5T6M8ZC4' } },
      {
        title: 'Long, shown short',
        tree: {
          _type: 'copyable',
          label: 'Address of the webhook',
          value:
            'https://hooks.example.com/apps/2f1c9a52-61f6-4f0e-9d6e-0b1d1b3a7f11/webhooks/91aa3c1e-8d67-4d52-a6a4-7a2d5b1f6c90',
          show: '…/webhooks/91aa3c1e',
        },
      },
    ],
  },
);
export type Copyable = Static<typeof copyable.schema>;

export const fact_list = component(
  'fact_list',
  'Names and what they stand for, below each other or in columns.',
  {
    items: Type.Array(
      Type.Object(
        {
          label: Type.String({ maxLength: 200 }),
          value: node('Null shows a dash.'),
          hint: Type.Optional(Type.String({ maxLength: 500 })),
        },
        closed,
      ),
      { maxItems: 200 },
    ),
    columns: Type.Optional(Type.Integer({ minimum: 1, maximum: 4, default: 1, description: 'On a wide window.' })),
  },
  {
    examples: [
      {
        title: 'Of an order',
        tree: {
          _type: 'fact_list',
          items: [
            { label: 'Number', value: { _type: 'copyable', value: '2026-0142' } },
            { label: 'Status', value: { _type: 'status', value: 'succeeded', text: 'Paid' } },
            { label: 'Total', value: { _type: 'number', value: 249.5, format: 'currency' }, hint: 'With tax' },
            { label: 'Sent', value: null },
          ],
        },
      },
      {
        title: 'In columns, with long words',
        tree: {
          _type: 'fact_list',
          columns: 2,
          items: [
            { label: 'Repository', value: 'earshot/server' },
            { label: 'Branch', value: 'the-one-on-which-reconnecting-clients-are-sent-what-they-missed' },
            { label: 'Open issues', value: 17 },
            { label: 'Last commit', value: { _type: 'time', at: '2026-03-14T09:26:53.000Z', mode: 'absolute' } },
          ],
        },
      },
      { title: 'Empty', tree: { _type: 'fact_list', items: [] } },
    ],
  },
);
export type FactList = Static<typeof fact_list.schema>;

export const stat = component(
  'stat',
  'A figure to be seen from afar: what it is, how much, and how it went.',
  {
    label: Type.String({ maxLength: 200 }),
    value: node('A number or text; null shows a dash.'),
    unit: Type.Optional(Type.String({ maxLength: 40 })),
    delta: Type.Optional(Type.Number({ description: 'The difference to before.' })),
    deltaUnit: Type.Optional(Type.String({ maxLength: 20 })),
    better: Type.Optional(choice('up', 'down')),
    tone: Type.Optional(Tone),
    icon: Type.Optional(IconName),
    hint: Type.Optional(Type.String({ maxLength: 300 })),
    to: Type.Optional(Type.String({ maxLength: 2_000 })),
    sparkline: Type.Optional(Type.Array(Type.Number(), { maxItems: 200 })),
  },
  {
    examples: [
      {
        title: 'With its course',
        tree: {
          _type: 'stat',
          label: 'Orders today',
          value: 318,
          delta: 12,
          deltaUnit: '%',
          better: 'up',
          sparkline: [21, 24, 19, 33, 41, 38, 47, 44, 51],
          to: '/orders?last=24h',
        },
      },
      {
        title: 'Something is wrong',
        tree: {
          _type: 'stat',
          label: 'Dead deliveries',
          value: 2,
          tone: 'error',
          icon: 'error',
          delta: 2,
          better: 'down',
        },
      },
      { title: 'With a component', tree: { _type: 'stat', label: 'p95', value: { _type: 'duration', ms: 214 } } },
      {
        title: 'Nothing yet',
        tree: { _type: 'stat', label: 'Delivered', value: null, hint: 'Nothing was sent today' },
      },
    ],
  },
);
export type Stat = Static<typeof stat.schema>;

export const person = component(
  'person',
  'Somebody: initials or a picture, a name, and an address.',
  {
    name: Type.String({ maxLength: 200 }),
    email: Type.Optional(Type.String({ maxLength: 320 })),
    image: Type.Optional(Type.String({ maxLength: 100_000, description: 'Of this site, or `data:image/…`.' })),
    to: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  {
    examples: [
      { title: 'A name', tree: { _type: 'person', name: 'Tomas Oyelaran' } },
      {
        title: 'With an address, leading somewhere',
        tree: { _type: 'person', name: 'Maja Lindqvist', email: 'maja@example.com', to: '/customers/maja' },
      },
      {
        title: 'Long',
        tree: {
          _type: 'person',
          name: 'Wolfeschlegelsteinhausenbergerdorff the Younger',
          email: 'a.very.long.address.of.a.person@department.of.something.example.com',
        },
      },
    ],
  },
);
export type Person = Static<typeof person.schema>;

export const secret = component(
  'secret',
  'A secret that is kept out of sight. With `value` it can be revealed and copied, only once with `revealOnce`; without, only the mask is there.',
  {
    masked: Type.Optional(Type.String({ maxLength: 200, description: 'What may be seen: `whsec_…3f2a`.' })),
    value: Type.Optional(Type.String({ maxLength: 10_000 })),
    revealOnce: Type.Optional(Type.Boolean({ default: false })),
    onRevealed: Type.Optional(event()),
  },
  {
    events: { onRevealed: '{}' },
    examples: [
      {
        title: 'Just made',
        tree: {
          _type: 'secret',
          label: 'Signing secret',
          masked: 'whsec_…3f2a',
          value: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La3f2a',
          revealOnce: true,
        },
      },
      { title: 'Known to the server only', tree: { _type: 'secret', label: 'Signing secret', masked: 'whsec_…3f2a' } },
    ],
  },
);
export type Secret = Static<typeof secret.schema>;
