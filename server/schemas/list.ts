/** How lists travel: `{ data, next_cursor }` outside, `Page` and `PageOf` between the HTTP edge and the stores. */
import { Type, type TSchema } from 'typebox';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 250;

/** The query parameters every list takes; spread into the query schema of a list route. */
export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT, description: 'How many items at most.' }),
  ),
  cursor: Type.Optional(
    Type.String({
      maxLength: 2_048,
      description: '`next_cursor` of the page before; only valid with the same filters.',
    }),
  ),
};

/** The response schema of a list of `item`. */
export function listOf<T extends TSchema>(item: T) {
  return Type.Object({
    data: Type.Array(item),
    next_cursor: Type.Union([Type.String(), Type.Null()], {
      description: 'Give it back as `cursor` for the next page; null on the last one.',
    }),
  });
}

/** What a store is asked for: at most `limit` items that come after the position where the page before ended. */
export interface Page {
  readonly limit: number;
  /** The store's own words for a place in the sort order; callers only ever see it sealed. */
  readonly after?: string;
}

export interface PageOf<T> {
  readonly items: readonly T[];
  /** Where the next page starts after, or null when there is none. */
  readonly next: string | null;
}

/** The page out of what was found; whoever asks for one more than `limit` learns whether another page follows. */
export function pageById<T extends { readonly _id: string }>(found: readonly T[], limit: number): PageOf<T> {
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? (items.at(-1)?._id ?? null) : null };
}
