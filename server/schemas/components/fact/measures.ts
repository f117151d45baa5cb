/** Times, durations, numbers and sizes, written as the reader’s own country writes them. */
import { Type, type Static } from 'typebox';
import { choice, component } from '../base.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()], { description: 'Null shows a dash.' });

export const time = component(
  'time',
  'A moment. `relative` counts along (“8 s ago”), beyond a day it shows the date; on hover it is told with its zone and in UTC, and a press copies it.',
  {
    at: nullable(Type.String({ format: 'date-time' })),
    mode: Type.Optional(choice('relative', 'absolute', 'date')),
    none: Type.Optional(Type.String({ maxLength: 100, description: 'In place of the dash: “never”.' })),
  },
  {
    examples: [
      { title: 'Relative, long ago', tree: { _type: 'time', at: '2026-03-14T09:26:53.589Z' } },
      { title: 'Absolute', tree: { _type: 'time', at: '2026-03-14T09:26:53.589Z', mode: 'absolute' } },
      { title: 'A day', tree: { _type: 'time', at: '2026-03-14T09:26:53.589Z', mode: 'date' } },
      { title: 'None', tree: { _type: 'time', at: null, none: 'never' } },
    ],
  },
);
export type Time = Static<typeof time.schema>;

export const duration = component(
  'duration',
  'How long something took, in its two largest units.',
  { ms: nullable(Type.Number()) },
  {
    examples: [
      {
        title: 'From short to long',
        tree: {
          _type: 'row',
          gap: 'lg',
          children: [0.4, 38, 1_204, 61_000, 8_040_000, 273_600_000].map((ms) => ({ _type: 'duration', ms })),
        },
      },
      { title: 'Not known yet', tree: { _type: 'duration', ms: null } },
    ],
  },
);
export type Duration = Static<typeof duration.schema>;

export const number = component(
  'number',
  'A number with its unit and, if it is compared with another one, by how much it differs.',
  {
    value: nullable(Type.Number()),
    format: Type.Optional(choice('decimal', 'compact', 'percent', 'currency')),
    decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, description: 'Exactly so many.' })),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', default: 'EUR' })),
    unit: Type.Optional(Type.String({ maxLength: 40 })),
    delta: Type.Optional(Type.Number({ description: 'The difference to before, in the same format.' })),
    better: Type.Optional(choice('up', 'down')),
  },
  {
    examples: [
      { title: 'With a unit', tree: { _type: 'number', value: 1_204_551, unit: 'requests' } },
      { title: 'Money', tree: { _type: 'number', value: 249.5, format: 'currency', currency: 'EUR' } },
      {
        title: 'A share that grew',
        tree: { _type: 'number', value: 0.992, format: 'percent', decimals: 1, delta: 0.013, better: 'up' },
      },
      { title: 'None', tree: { _type: 'number', value: null, unit: 'requests' } },
    ],
  },
);
export type Number = Static<typeof number.schema>;

export const bytes = component(
  'bytes',
  'A size in bytes, in the unit that makes it short (1 kB is 1,000 B).',
  { value: nullable(Type.Number({ minimum: 0 })) },
  {
    examples: [
      {
        title: 'From small to large',
        tree: {
          _type: 'row',
          gap: 'lg',
          children: [0, 812, 16_384, 2_411_724, 1_099_511_627_776].map((value) => ({ _type: 'bytes', value })),
        },
      },
      { title: 'Not known', tree: { _type: 'bytes', value: null } },
    ],
  },
);
export type Bytes = Static<typeof bytes.schema>;
