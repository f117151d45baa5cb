/**
 * Data is never code. Documents and a session's state hold what anybody may have sent, and a view may hand them on as
 * they are: an object in them that reads like a listener or a view would become one, with a name and props or a query of
 * its sender's choice. So where a view is given such an object, its `_type` is `data:listener` or `data:view`; a view
 * that means it writes the object itself.
 */
const ALIVE = new Set<unknown>(['listener', 'view']);

/** `text` is what the value was read from: most hold no such member at all, and are not gone through. */
export function readInert<T>(text: string, read: (text: string) => T): T {
  const value = read(text);
  if (text.includes('"_type"')) makeInert(value);
  return value;
}

/** In place. */
export function makeInert(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) makeInert(item);
    return;
  }
  const members = value as Record<string, unknown>;
  for (const name of Object.keys(members)) {
    const member = members[name];
    if (name === '_type' && ALIVE.has(member)) members[name] = `data:${member as string}`;
    else makeInert(member);
  }
}
