/** Numbers drawn small enough to stand in a line of text or in a cell. */
import { Type, type Static } from 'typebox';
import { Tone, component } from '../base.ts';

export const sparkline = component(
  'sparkline',
  'How a number went lately, in the space of a word. For screen readers it is a sentence.',
  {
    values: Type.Array(Type.Union([Type.Number(), Type.Null()]), { maxItems: 500 }),
    tone: Type.Optional(Tone),
    unit: Type.Optional(Type.String({ maxLength: 20 })),
  },
  {
    examples: [
      {
        title: 'Requests of a day',
        tree: {
          _type: 'sparkline',
          label: 'Requests',
          values: [3, 2, 2, 5, 14, 31, 44, 52, 38, 61, 42, 22],
          tone: 'info',
        },
      },
      {
        title: 'With gaps, and flat',
        tree: {
          _type: 'sparkline',
          label: 'Failures',
          values: [0, 0, null, 0, 0, 2, 0],
          tone: 'error',
          unit: 'failed',
        },
      },
    ],
  },
);
export type Sparkline = Static<typeof sparkline.schema>;

export const meter = component(
  'meter',
  'How much of something is used.',
  {
    value: Type.Number(),
    max: Type.Optional(Type.Number({ exclusiveMinimum: 0, default: 100 })),
    text: Type.Optional(Type.String({ maxLength: 200, description: 'The amount in words; else it is a percentage.' })),
    tone: Type.Optional(Tone),
  },
  {
    examples: [
      {
        title: 'Disk',
        tree: { _type: 'meter', label: 'Disk', value: 71.4, max: 80, text: '71.4 of 80 GB', tone: 'warning' },
      },
      { title: 'Quota', tree: { _type: 'meter', label: 'Requests today', value: 12_400, max: 50_000 } },
    ],
  },
);
export type Meter = Static<typeof meter.schema>;
