/** What the parts of a validation cost, and a comparison of items whose cost can be borne. */
import type { Json, JsonObject } from '../../schemas/json.ts';
import { spend } from './budget.ts';

/** Roughly: one per keyword, and one for every few values a keyword lists. */
export function costOf(schema: JsonObject): number {
  let cost = 1;
  for (const value of Object.values(schema)) {
    const listed = typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
    cost += 1 + Math.floor(listed / 4);
  }
  return cost;
}

/** By the canonical text of each item: comparing every item with every other one takes seconds for some thousands. */
export function areAllDifferent(items: readonly Json[]): boolean {
  spend(items.length);
  return new Set(items.map(canonicalText)).size === items.length;
}

function canonicalText(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  spend(1);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  const members = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`).join()}}`;
}
