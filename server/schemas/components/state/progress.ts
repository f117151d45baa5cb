/** How far something has come. */
import { Type, type Static } from 'typebox';
import { choice, component } from '../base.ts';

const Count = Type.Number({ minimum: 0 });

export const progress = component(
  'progress',
  'How much of a known amount is done; without `total`, only that something is going on.',
  {
    done: Type.Optional(Count),
    total: Type.Optional(Count),
    failed: Type.Optional(Type.Number({ minimum: 0, description: 'Of those not counted in `done`.' })),
    text: Type.Optional(Type.String({ maxLength: 200 })),
  },
  {
    examples: [
      {
        title: 'Sending again',
        tree: { _type: 'progress', label: 'Sending again', done: 812, failed: 31, total: 1204, text: '24 a second' },
      },
      { title: 'Done', tree: { _type: 'progress', label: 'Import', done: 600, total: 600 } },
      { title: 'Unknown amount', tree: { _type: 'progress', label: 'Waiting for the first request' } },
    ],
  },
);
export type Progress = Static<typeof progress.schema>;

const Step = Type.Object(
  {
    title: Type.String({ maxLength: 200 }),
    text: Type.Optional(Type.String({ maxLength: 2_000 })),
    status: choice('done', 'current', 'waiting', 'failed'),
  },
  { additionalProperties: false },
);
export type Step = Static<typeof Step>;

export const steps = component(
  'steps',
  'Things to do one after the other, and which are done.',
  { items: Type.Array(Step, { minItems: 1, maxItems: 50 }) },
  {
    examples: [
      {
        title: 'First webhook',
        tree: {
          _type: 'steps',
          label: 'Your first webhook',
          items: [
            { title: 'Make a webhook', status: 'done' },
            { title: 'Send it something', text: 'Waiting for the first request…', status: 'current' },
            { title: 'Forward its event', status: 'waiting' },
          ],
        },
      },
      {
        title: 'Something failed',
        tree: {
          _type: 'steps',
          items: [
            { title: 'Read the file', status: 'done' },
            { title: 'Check 600 rows', text: 'Row 41: total is missing', status: 'failed' },
            { title: 'Write them', status: 'waiting' },
          ],
        },
      },
    ],
  },
);
export type Steps = Static<typeof steps.schema>;
