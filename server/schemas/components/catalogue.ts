/** Every component there is, by its `_type`: for the check of trees, the browser's registry, the gallery and the documentation. */
import type { ComponentSpec } from './base.ts';

/** The groups, in the order in which the documentation and the gallery show them. */
export const groups: Readonly<Record<string, readonly ComponentSpec[]>> = {};

export const components: ReadonlyMap<string, ComponentSpec> = new Map(
  Object.values(groups).flatMap((group) => group.map((spec) => [spec.type, spec] as const)),
);
