/** Reads values out of what other people's servers send: any part may be missing or of another kind. */

export type Parts = Readonly<Record<string, unknown>>;

/** The object, or an empty one, so that reading on needs no further question. */
export function parts(value: unknown): Parts {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function whole(value: unknown): number | null {
  return Number.isSafeInteger(value) ? (value as number) : null;
}

/** A time, written as ISO 8601 text or as seconds since 1970. */
export function time(value: unknown): Date | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const date = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(date.getTime()) ? null : date;
}
