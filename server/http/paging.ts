/** Turns a list request into a page for a store, and the store's page into `{ data, next_cursor }`. */
import type { CursorSealer } from '../lib/cursor.ts';
import { DEFAULT_LIMIT, type Page, type PageOf } from '../schemas/list.ts';
import type { Answer } from './route.ts';

export interface ListRequest {
  readonly environmentId: number;
  /** The pattern of the route, which the cursor is bound to together with the filters. */
  readonly route: string;
  readonly query: { readonly limit?: number; readonly cursor?: string } & Readonly<Record<string, unknown>>;
}

export type Pager = <T>(request: ListRequest, fetch: (page: Page) => Promise<PageOf<T>>) => Promise<Answer>;

export function createPager(cursors: CursorSealer): Pager {
  return async function answerList({ environmentId, route, query }, fetch) {
    const { limit = DEFAULT_LIMIT, cursor, ...filter } = query;
    const scope = { environmentId, route, filter };
    const after = cursor === undefined ? undefined : cursors.open(cursor, scope);
    const { items, next } = await fetch(after === undefined ? { limit } : { limit, after });
    return { status: 200, body: { data: items, next_cursor: next === null ? null : cursors.seal(next, scope) } };
  };
}
