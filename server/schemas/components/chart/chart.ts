/** Lines, areas and bars over time or over labels. */
import { Type, type Static } from 'typebox';
import { Tone, choice, component, event, type AnyComponent } from '../base.ts';

const Series = Type.Object(
  {
    name: Type.String({ maxLength: 200 }),
    values: Type.Array(Type.Union([Type.Number(), Type.Null()]), {
      maxItems: 10_000,
      description: 'One for each member of `x`; null leaves a gap.',
    }),
    tone: Type.Optional(Tone),
  },
  { additionalProperties: false },
);

const hours = Array.from({ length: 24 }, (_, at) => 1774051200000 + at * 3_600_000);
const succeeded = [3, 2, 2, 1, 1, 2, 5, 14, 31, 44, 52, 49, 38, 41, 55, 61, 58, 42, 30, 22, 15, 11, 8, 5];

const traffic: AnyComponent = {
  _type: 'chart',
  label: 'Runs per hour',
  kind: 'line',
  x: hours,
  series: [
    { name: 'Succeeded', values: succeeded, tone: 'success' },
    {
      name: 'Failed',
      values: succeeded.map((value, at) => (at === 5 ? null : Math.floor(value / 9) + (at === 14 ? 11 : 0))),
      tone: 'error',
    },
  ],
  onRange: { _type: 'listener', name: 'showRange', props: {} },
};

const revenue: AnyComponent = {
  _type: 'chart',
  label: 'Orders by country',
  kind: 'bar',
  unit: '€',
  x: ['Germany', 'France', 'United Kingdom', 'Poland', 'Italy'],
  series: [
    { name: 'This month', values: [12_940, 9_310, 7_205, 5_120, 2_980], tone: 'info' },
    { name: 'Last month', values: [11_020, 9_900, 6_400, 3_050, 3_120] },
  ],
};

const waiting: AnyComponent = {
  _type: 'chart',
  label: 'Deliveries waiting',
  kind: 'area',
  height: 'small',
  x: hours.map((at) => new Date(at).toISOString()),
  series: [{ name: 'Waiting', values: succeeded.map((value) => value * 3) }],
};

export const chartComponent = component(
  'chart',
  'Lines, areas or bars. Always with a switch that shows the same numbers as a table, and a summary in words.',
  {
    kind: choice('line', 'area', 'bar'),
    x: Type.Array(Type.Union([Type.Number(), Type.String({ maxLength: 200 })]), {
      maxItems: 10_000,
      description: 'Times (milliseconds since 1970, or ISO 8601) in order, or labels.',
    }),
    series: Type.Array(Series, { maxItems: 12 }),
    unit: Type.Optional(Type.String({ maxLength: 20, description: 'Such as `ms` or `€`; stands behind each number.' })),
    height: Type.Optional(choice('small', 'medium', 'large')),
    onRange: Type.Optional(event('A person dragged over a range of times.')),
  },
  {
    events: { onRange: '{ value: { from: string, to: string } }: ISO 8601' },
    examples: [
      { title: 'Lines over time, with a gap', tree: traffic },
      { title: 'Bars over labels', tree: revenue },
      { title: 'An area', tree: waiting },
      {
        title: 'No numbers yet',
        tree: { _type: 'chart', label: 'Orders per day', kind: 'bar', x: [], series: [] },
      },
    ],
  },
);
export type Chart = Static<typeof chartComponent.schema>;
