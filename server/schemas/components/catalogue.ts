/** Every component there is, by its `_type`: for the check of trees, the browser's registry, the gallery and the documentation. */
import { act } from './act.ts';
import type { ComponentSpec } from './base.ts';
import { chart } from './chart.ts';
import { data } from './data.ts';
import { fact } from './fact.ts';
import { form } from './form.ts';
import { layout } from './layout.ts';
import { state } from './state.ts';
import { text } from './text.ts';

/** The groups, in the order in which the documentation and the gallery show them. */
export const groups: Readonly<Record<string, readonly ComponentSpec[]>> = {
  layout,
  text,
  fact,
  act,
  form,
  data,
  chart,
  state,
};

export const components: ReadonlyMap<string, ComponentSpec> = new Map(
  Object.values(groups).flatMap((group) => group.map((spec) => [spec.type, spec] as const)),
);

/** For editors, and for the gallery, which draws what a browser would be sent. */
export function describeComponents() {
  const shown = ({ expand, examples, ...spec }: ComponentSpec) => ({
    ...spec,
    examples: examples.map(({ title, tree }) => ({ title, tree: expand?.(tree) ?? tree })),
  });
  return { groups: Object.fromEntries(Object.entries(groups).map(([name, specs]) => [name, specs.map(shown)])) };
}
