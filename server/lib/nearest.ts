/** "Did you mean …": the names that are fewest edits away from the one that was asked for. */

/** Up to `limit` names, nearest first; names that differ in more than about half their letters are no help and left out. */
export function nearest(wanted: string, names: Iterable<string>, limit = 3): string[] {
  const lower = wanted.toLowerCase().slice(0, 128);
  const found: { name: string; distance: number }[] = [];
  for (const name of names) {
    const distance = editDistance(lower, name.toLowerCase().slice(0, 128));
    const isPart = lower.length > 2 && name.toLowerCase().includes(lower);
    if (isPart || distance <= Math.max(2, Math.ceil(lower.length / 2))) found.push({ name, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, limit).map(({ name }) => name);
}

/** Levenshtein's distance: how many letters must be put in, taken out or replaced. One row at a time. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
