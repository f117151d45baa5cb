/** What tells the items of a list from each other across changes: `key` of a component, `_id` of a document. */
import type { Json } from '../../schemas/json.ts';
import { isList } from './size.ts';

/** The key of each item; undefined where an item has none or two have the same. */
export function keysOf(items: readonly Json[]): readonly string[] | undefined {
  const keys: string[] = [];
  const seen = new Set<string>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined || seen.has(key)) return undefined;
    seen.add(key);
    keys.push(key);
  }
  return keys;
}

export function keyOf(item: Json): string | undefined {
  if (typeof item !== 'object' || item === null || isList(item)) return undefined;
  if (typeof item.key === 'string') return item.key;
  return typeof item._id === 'string' ? item._id : undefined;
}

/** Of the numbers, the longest part that grows, as places in the list. Patience sorting, O(n log n). */
export function longestGrowing(numbers: readonly number[]): readonly number[] {
  const tails: number[] = [];
  const previous: number[] = [];
  numbers.forEach((number, at) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[tails[middle]!]! < number) low = middle + 1;
      else high = middle;
    }
    previous[at] = low > 0 ? tails[low - 1]! : -1;
    tails[low] = at;
  });
  const growing: number[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at]!) growing.push(at);
  return growing.reverse();
}
