/**
 * The open queries: one for all who ask the same of an environment, kept while somebody watches and some seconds longer,
 * for the reload and the back button. It is in the index before it is read, so that no change falls between.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Changes, CollectionChanges, FindDocs, FindSpec } from '../ports.ts';
import { createCollectionIndex, type CollectionIndex, type Marked } from './index.ts';
import { createLiveQuery, type Found } from './liveQuery.ts';
import { compileTouches } from './touches.ts';

/** Told when what the query finds is not what it was. */
export type QueryWatcher = () => void;

export interface OpenQuery {
  /** Tells it from all others of this process. */
  readonly id: number;
  readonly found: () => Found | undefined;
  readonly first: Promise<void>;
  readonly isBusy: () => boolean;
  readonly watch: (watcher: QueryWatcher) => void;
  readonly unwatch: (watcher: QueryWatcher) => void;
}

export interface Queries {
  readonly open: (environmentId: number, spec: FindSpec, key: string) => OpenQuery;
  readonly count: () => number;
  readonly start: () => void;
  readonly stop: () => void;
}

export interface QueriesDeps {
  readonly find: FindDocs;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  readonly lingerMs?: number;
}

const LINGER_MS = 5_000;

export function createQueries({ find, changes, clock, log, lingerMs = LINGER_MS }: QueriesDeps): Queries {
  const queries = new Map<string, OpenQuery & { readonly close: () => void }>();
  const indexes = new Map<string, CollectionIndex>();
  let lastId = 0;
  let unsubscribe: (() => void) | undefined;

  function onChanges({ environmentId, collection, changes: changed }: CollectionChanges): void {
    indexes.get(nameOf(environmentId, collection))?.markTouched(changed);
  }

  function addToIndex(name: string, marked: Marked): void {
    const index = indexes.get(name) ?? createCollectionIndex();
    indexes.set(name, index);
    index.add(marked);
  }

  function removeFromIndex(name: string, marked: Marked): void {
    const index = indexes.get(name);
    index?.remove(marked);
    if (index?.isEmpty() === true) indexes.delete(name);
  }

  function create(environmentId: number, spec: FindSpec, name: string) {
    const watchers = new Set<QueryWatcher>();
    const indexName = nameOf(environmentId, spec.coll);
    let linger: NodeJS.Timeout | undefined;
    const marked: Marked = {
      filter: spec.query,
      touches: compileTouches(spec.query),
      isMarked: () => query.isMarked(),
      mark: () => query.mark(),
    };
    addToIndex(indexName, marked);
    const query = createLiveQuery({
      id: ++lastId,
      read: () => find(environmentId, spec),
      clock,
      onFound: () => {
        for (const watcher of [...watchers]) watcher();
      },
      onFailed: (error) => log.warn({ err: error, environmentId, coll: spec.coll }, 'views.read_failed'),
    });
    const close = (): void => {
      clearTimeout(linger);
      query.stop();
      removeFromIndex(indexName, marked);
      queries.delete(name);
    };
    return {
      id: query.id,
      found: query.found,
      first: query.first,
      isBusy: query.isBusy,
      close,
      watch(watcher: QueryWatcher) {
        watchers.add(watcher);
        clearTimeout(linger);
      },
      unwatch(watcher: QueryWatcher) {
        if (!watchers.delete(watcher) || watchers.size > 0) return;
        linger = setTimeout(close, lingerMs);
        linger.unref();
      },
    };
  }

  return {
    open(environmentId, spec, key) {
      const name = `${String(environmentId)}|${key}`;
      const known = queries.get(name);
      if (known !== undefined) return known;
      const query = create(environmentId, spec, name);
      queries.set(name, query);
      return query;
    },
    count: () => queries.size,
    start: () => {
      unsubscribe ??= changes.subscribe(onChanges);
    },
    stop: () => {
      unsubscribe?.();
      for (const query of [...queries.values()]) query.close();
    },
  };
}

function nameOf(environmentId: number, collection: string): string {
  return `${String(environmentId)}|${collection}`;
}
