/** Parts of a page with a title: cards, tabs, sections. */
import { Type, type Static } from 'typebox';
import { component, event, nodes, Tone } from '../base.ts';
import { closed, IconName } from '../tokens.ts';

export const card = component(
  'card',
  'A part of the page with a frame, a title and what can be done with it.',
  {
    title: Type.Optional(Type.String({ maxLength: 300 })),
    subtitle: Type.Optional(Type.String({ maxLength: 500 })),
    icon: Type.Optional(IconName),
    tone: Type.Optional(Tone),
    level: Type.Optional(Type.Integer({ minimum: 2, maximum: 6, default: 2, description: 'Of its heading.' })),
    actions: Type.Optional(nodes()),
    children: nodes(),
  },
  {
    examples: [
      {
        title: 'A card',
        tree: {
          _type: 'card',
          title: 'Latest orders',
          subtitle: 'The last three of today',
          icon: 'cart',
          actions: [{ _type: 'link', text: 'All orders', to: '/orders' }],
          children: [
            {
              _type: 'fact_list',
              items: [
                { label: '2026-0142', value: { _type: 'status', value: 'succeeded', text: 'Paid' } },
                { label: '2026-0141', value: { _type: 'status', value: 'queued', text: 'Waiting for the bank' } },
                { label: '2026-0140', value: { _type: 'status', value: 'failed', text: 'Card refused' } },
              ],
            },
          ],
        },
      },
      {
        title: 'Something is wrong',
        tree: {
          _type: 'card',
          tone: 'error',
          title: 'crm.example.com answers 503 since 10:12',
          children: [{ _type: 'text', value: '41 deliveries wait, 2 are dead.' }],
        },
      },
      { title: 'Without a title', tree: { _type: 'card', children: ['Just a frame.'] } },
    ],
  },
);
export type Card = Static<typeof card.schema>;

export const tabs = component(
  'tabs',
  'Several contents in one place, one of them shown. With `query`, the URL’s query string says which one, so it survives a reload and the back button.',
  {
    items: Type.Array(
      Type.Object(
        {
          value: Type.String({ minLength: 1, maxLength: 100 }),
          label: Type.String({ maxLength: 200 }),
          icon: Type.Optional(IconName),
          count: Type.Optional(Type.Integer({ minimum: 0 })),
          disabled: Type.Optional(Type.Boolean()),
          children: nodes(),
        },
        closed,
      ),
      { minItems: 1, maxItems: 30 },
    ),
    value: Type.Optional(
      Type.String({ description: 'The one to begin with, or, with `onChange`, the one that is shown.' }),
    ),
    query: Type.Optional(
      Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,59}$', description: 'The member of the query string.' }),
    ),
    onChange: Type.Optional(event()),
  },
  {
    events: { onChange: '{ value: string }' },
    examples: [
      {
        title: 'Kept in the URL',
        tree: {
          _type: 'tabs',
          query: 'tab',
          items: [
            {
              value: 'input',
              label: 'Input',
              icon: 'arrow-right',
              children: [{ _type: 'code', value: '{ "order": 142 }', language: 'json' }],
            },
            { value: 'log', label: 'Log', count: 12, children: ['order 142 is paid'] },
            { value: 'result', label: 'Result', disabled: true, children: [] },
          ],
        },
      },
      {
        title: 'The second one to begin with, many',
        tree: {
          _type: 'tabs',
          label: 'Parts of the repository',
          value: 'issues',
          items: ['Code', 'Issues', 'Pull requests', 'Discussions', 'Actions', 'Packages', 'Security', 'Insights'].map(
            (label) => ({ value: label.toLowerCase(), label, children: [`What belongs to ${label}.`] }),
          ),
        },
      },
    ],
  },
);
export type Tabs = Static<typeof tabs.schema>;

export const section = component(
  'section',
  'A part of the page with a heading and no frame; it can be folded if it is collapsible.',
  {
    title: Type.String({ maxLength: 300 }),
    description: Type.Optional(Type.String({ maxLength: 2_000 })),
    level: Type.Optional(Type.Integer({ minimum: 2, maximum: 6, default: 2, description: 'Of its heading.' })),
    collapsible: Type.Optional(Type.Boolean({ default: false })),
    opened: Type.Optional(Type.Boolean({ default: true, description: 'Whether it begins unfolded.' })),
    actions: Type.Optional(nodes()),
    children: nodes(),
  },
  {
    examples: [
      {
        title: 'Always open',
        tree: {
          _type: 'section',
          title: 'Limits',
          description: 'What one environment may use.',
          children: [{ _type: 'fact_list', items: [{ label: 'Body', value: { _type: 'bytes', value: 1_048_576 } }] }],
        },
      },
      {
        title: 'Folded',
        tree: { _type: 'section', title: 'More', collapsible: true, opened: false, children: ['Rarely needed.'] },
      },
      {
        title: 'Unfolded, with an action',
        tree: {
          _type: 'section',
          title: 'Open issues',
          collapsible: true,
          actions: [{ _type: 'link', text: 'All', to: '/issues' }],
          children: ['#41 Retries start at once after a restart'],
        },
      },
    ],
  },
);
export type Section = Static<typeof section.schema>;
