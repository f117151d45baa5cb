/** What stands where there is nothing, or nothing yet. */
import { Type, type Static } from 'typebox';
import { choice, component, node } from '../base.ts';

export const empty = component(
  'empty',
  'Says in one sentence what would be here, and what to do next.',
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    text: Type.Optional(Type.String({ maxLength: 2_000 })),
    action: Type.Optional(node('Usually one button or link.')),
    command: Type.Optional(Type.String({ maxLength: 2_000, description: 'A command to copy.' })),
  },
  {
    examples: [
      {
        title: 'Nothing yet',
        tree: {
          _type: 'empty',
          title: 'No orders yet',
          text: 'An order comes in when the shop posts it to its webhook.',
          action: {
            _type: 'button',
            text: 'Add an order',
            onPressed: { _type: 'listener', name: 'addOrder', props: {} },
          },
          command:
            'curl -X POST http://localhost:4000/apps/1b9d6bcd/webhooks/9b1deb4d -H "content-type: application/json" -d \'{"customer":"Ada","total":12}\'',
        },
      },
      {
        title: 'Nothing matches',
        tree: {
          _type: 'empty',
          title: 'No issue matches',
          action: {
            _type: 'button',
            text: 'Clear filters',
            onPressed: { _type: 'action', action: 'set_query', query: { status: null } },
          },
        },
      },
      { title: 'Only a title', tree: { _type: 'empty', title: 'Nothing is waiting' } },
    ],
  },
);
export type Empty = Static<typeof empty.schema>;

export const skeleton = component(
  'skeleton',
  'The shape of what is on its way.',
  {
    shape: Type.Optional(choice('text', 'card', 'table', 'chart')),
    lines: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 3 })),
  },
  {
    examples: [
      { title: 'Text', tree: { _type: 'skeleton', shape: 'text', lines: 3 } },
      { title: 'A table', tree: { _type: 'skeleton', shape: 'table', lines: 5, label: 'Orders' } },
      { title: 'A card', tree: { _type: 'skeleton', shape: 'card' } },
      { title: 'A chart', tree: { _type: 'skeleton', shape: 'chart' } },
    ],
  },
);
export type Skeleton = Static<typeof skeleton.schema>;
