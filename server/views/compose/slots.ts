/** Where in a component its children, its events and the author's own data stand, read once from its schema. */
import type { ComponentSpec } from '../../schemas/components/base.ts';

/**
 * What a place holds: a node, an event, data that is never looked into, members or items with plans of their own, or
 * `any` where the schema does not say (a reference): there a `_type` decides. Without a plan there is nothing to find.
 */
export interface Plan {
  readonly slot?: 'node' | 'event' | 'data' | 'any';
  readonly members?: ReadonlyMap<string, Plan>;
  /** Of all members that `members` does not name. */
  readonly values?: Plan;
  readonly items?: Plan;
}

type Schema = Readonly<Record<string, unknown>>;

const plans = new WeakMap<ComponentSpec, Plan>();

export function planOf(spec: ComponentSpec): Plan {
  let plan = plans.get(spec);
  if (plan === undefined) plans.set(spec, (plan = planFor(spec.schema) ?? {}));
  return plan;
}

function planFor(schema: unknown): Plan | undefined {
  if (!isObject(schema)) return undefined;
  if (schema.slot === 'node' || schema.slot === 'event' || schema.slot === 'data') return { slot: schema.slot };
  if ('$ref' in schema || '$dynamicRef' in schema) return { slot: 'any' };
  return [...partsOf(schema), ownPlan(schema)].reduce(merged, undefined);
}

function partsOf({ anyOf, oneOf, allOf }: Schema): (Plan | undefined)[] {
  return [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list.map(planFor) : []));
}

function ownPlan({
  properties,
  patternProperties,
  additionalProperties,
  items,
  prefixItems,
}: Schema): Plan | undefined {
  const members = new Map<string, Plan>();
  for (const [name, schema] of isObject(properties) ? Object.entries(properties) : []) {
    const plan = planFor(schema);
    if (plan !== undefined) members.set(name, plan);
  }
  const patterns = isObject(patternProperties) ? Object.values(patternProperties) : [];
  const values = [...patterns, additionalProperties].map(planFor).reduce(merged, undefined);
  const places = [items, ...(Array.isArray(prefixItems) ? (prefixItems as unknown[]) : [])]
    .map(planFor)
    .reduce(merged, undefined);
  if (members.size === 0 && values === undefined && places === undefined) return undefined;
  return { ...(members.size > 0 && { members }), ...(values && { values }), ...(places && { items: places }) };
}

/** Of a union: a place that may hold a node is looked at as one. */
function merged(a: Plan | undefined, b: Plan | undefined): Plan | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const members = new Map(a.members);
  for (const [name, plan] of b.members ?? []) members.set(name, merged(members.get(name), plan)!);
  const slot = a.slot ?? b.slot;
  const values = merged(a.values, b.values);
  const items = merged(a.items, b.items);
  return {
    ...(slot && { slot }),
    ...(members.size > 0 && { members }),
    ...(values && { values }),
    ...(items && { items }),
  };
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
