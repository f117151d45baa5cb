/**
 * Patterns over event types: words with dots between, of which `*` stands for one or more whole words. `invoices.*`
 * takes `invoices.created` and `invoices.items.added`, `*.deleted` every deletion, `*` everything. Case counts.
 */
const STAR = '*';

export type Words = readonly string[];

/** The first of the patterns that takes the type. */
export function findPattern(patterns: readonly string[], type: string): string | undefined {
  const words = type.split('.');
  return patterns.find((pattern) => takes(pattern.split('.'), words));
}

/** Costs at most the product of the two numbers of words, whatever they are: only the last star is ever widened. */
export function takes(pattern: Words, type: Words): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let starEnd = 0;
  while (next < type.length) {
    if (pattern[at] === STAR) {
      star = at++;
      starEnd = ++next;
    } else if (at < pattern.length && pattern[at] === type[next]) {
      at++;
      next++;
    } else if (star >= 0) {
      at = star + 1;
      next = ++starEnd;
    } else {
      return false;
    }
  }
  return at === pattern.length;
}

/** The channel a pattern names: its first word. Null where that is a star, which names none and takes all. */
export function channelOf(pattern: string): string | null {
  const first = pattern.split('.', 1)[0]!;
  return first === STAR ? null : first;
}
