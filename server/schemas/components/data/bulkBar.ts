/** What can be done with the ticked rows of a table. */
import { Type, type Static } from 'typebox';
import { Tone, choice, component, event } from '../base.ts';

const BulkAction = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 100 }),
    tone: Type.Optional(Tone),
    on: Type.Optional(
      Type.Unsafe<'some' | 'all' | 'any'>({
        ...choice('some', 'all', 'any'),
        default: 'any',
        description: '`some`: ticked rows only; `all`: only when all that match were chosen.',
      }),
    ),
    onPressed: event(),
  },
  { additionalProperties: false },
);

export const bulkBar = component(
  'bulk_bar',
  'Stands beside a table with `select` and acts on its ticked rows, or on all that match, those of other pages too. Always as high, so that ticking a row moves nothing.',
  {
    table: Type.String({ maxLength: 200, description: 'The `key` of the table.' }),
    actions: Type.Array(BulkAction, { minItems: 1, maxItems: 10 }),
    matching: Type.Optional(
      Type.Integer({ minimum: 0, description: 'How many rows match in all; offers “Select all 1,204 matching”.' }),
    ),
  },
  {
    events: {
      'actions.onPressed': '{ value: { ids: string[], all: boolean } }: with `all`, what the filter finds is meant',
    },
    examples: [
      {
        title: 'Retry or cancel',
        tree: {
          _type: 'bulk_bar',
          table: 'orders',
          matching: 1204,
          actions: [
            { text: 'Retry', onPressed: { _type: 'listener', name: 'retryOrders', props: {} } },
            { text: 'Cancel', tone: 'error', onPressed: { _type: 'listener', name: 'cancelOrders', props: {} } },
          ],
        },
      },
      {
        title: 'One action, for ticked rows only',
        tree: {
          _type: 'bulk_bar',
          table: 'issues',
          actions: [
            { text: 'Close issues', on: 'some', onPressed: { _type: 'listener', name: 'closeIssues', props: {} } },
          ],
        },
      },
    ],
  },
);
export type BulkBar = Static<typeof bulkBar.schema>;
