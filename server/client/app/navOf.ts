/** Which pages stand in the navigation, in the manifest's order, how they are called, and where in it one is. */

export interface NavEntry {
  readonly path: string;
  readonly title: string;
}

/** Not those with parameters, for they are many pages, nor what lies below another: from there its page leads on. */
export function navOf(paths: readonly string[], titles: Readonly<Record<string, string>> = {}): readonly NavEntry[] {
  const fixed = paths.filter((path) => !path.includes('/:'));
  return fixed
    .filter((path) => !fixed.some((other) => other !== '/' && other !== path && isBelow(path, other)))
    .map((path) => ({ path, title: (Object.hasOwn(titles, path) ? titles[path] : undefined) ?? wordsOf(path) }));
}

/** The entry that one is at, or below. */
export function currentOf(entries: readonly NavEntry[], here: string): string | undefined {
  const above = entries.filter(({ path }) => path === here || (path !== '/' && isBelow(here, path)));
  return above.sort((a, b) => b.path.length - a.path.length)[0]?.path;
}

const isBelow = (path: string, other: string) => path.startsWith(`${other.replace(/\/$/, '')}/`);

/** `/lab/open-orders` is “Open orders”. */
function wordsOf(path: string): string {
  const last = path.split('/').findLast((segment) => segment !== '');
  if (last === undefined) return 'Home';
  const words = decoded(last).replaceAll(/[-_]+/g, ' ').trim();
  return words === '' ? last : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
