/** What a person should know before going on, and what went wrong. */
import { Type, type Static } from 'typebox';
import { Tone, component, node, nodes } from '../base.ts';

export const alert = component(
  'alert',
  'Something to know, in its place on the page. What went wrong is said in words, with the next step.',
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    text: Type.Optional(node()),
    tone: Type.Optional(Tone),
    actions: Type.Optional(nodes()),
  },
  {
    examples: [
      {
        title: 'Something failed',
        tree: {
          _type: 'alert',
          tone: 'error',
          title: '7 deliveries to crm.example.com were given up',
          text: 'It answered 503 for two hours. Deliveries can be sent again from the list.',
          actions: [
            { _type: 'button', text: 'Send again', onPressed: { _type: 'listener', name: 'resend', props: {} } },
          ],
        },
      },
      {
        title: 'A warning without text',
        tree: { _type: 'alert', tone: 'warning', title: 'This address cannot be reached from outside' },
      },
      { title: 'Done', tree: { _type: 'alert', tone: 'success', title: 'Saved', text: 'The rule is in use.' } },
      { title: 'Something to know', tree: { _type: 'alert', tone: 'info', title: 'Orders are read-only on Sundays' } },
    ],
  },
);
export type Alert = Static<typeof alert.schema>;

export const problem = component(
  'problem',
  'Stands where a component or a view failed; everything around it goes on.',
  {
    title: Type.String({ minLength: 1 }),
    detail: Type.Optional(Type.String()),
    code: Type.Optional(Type.String({ description: 'The stable name of the error.' })),
    path: Type.Optional(Type.String({ description: 'Where in the tree: `/children/2/columns`.' })),
    stack: Type.Optional(Type.String({ description: 'In development only.' })),
  },
  {
    examples: [
      {
        title: 'A component that does not fit',
        tree: {
          _type: 'problem',
          title: 'This table cannot be shown',
          detail: 'columns: must be a list, and is a text.',
          code: 'invalid_component',
          path: '/children/2/columns',
        },
      },
      {
        title: 'A view that threw, in development',
        tree: {
          _type: 'problem',
          title: 'The view orders failed',
          detail: "TypeError: Cannot read properties of undefined (reading 'name')",
          code: 'view_failed',
          path: '/children/0',
          stack:
            "TypeError: Cannot read properties of undefined (reading 'name')\n    at rowOf (views/orders.ts:18:27)\n    at Array.map (<anonymous>)\n    at orders (views/orders.ts:9:22)",
        },
      },
      { title: 'Only a title', tree: { _type: 'problem', title: 'Something went wrong here' } },
    ],
  },
);
export type ProblemComponent = Static<typeof problem.schema>;
