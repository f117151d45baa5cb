/**
 * What one server process has of the data: an API, the real events, a feed, and eyes for what other processes change.
 * Several of them over one database are several processes, as far as the data is concerned.
 */
import { createDataApi, type DataApi } from '../../../server/data/api.ts';
import { createChangeFeed, type ChangeFeed, type Committed } from '../../../server/data/committed.ts';
import { createForeignChanges, type ForeignChangesDeps } from '../../../server/data/foreignChanges.ts';
import type { Database } from '../../../server/db/connect.ts';
import { createDraftEvent, type DraftDeps } from '../../../server/events/draft.ts';
import { createDraftWithin } from '../../../server/events/publish.ts';
import { createEventStore, type EventStore } from '../../../server/events/store.ts';
import { createIdMaker } from '../../../server/lib/ids.ts';

export interface Process {
  readonly api: DataApi;
  readonly feed: ChangeFeed;
  readonly store: EventStore;
  /** All that was told to those who follow: `events` where it happened here. */
  readonly told: Committed[];
  readonly call: (method: string, coll: string, args?: object) => Promise<any>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

export interface ProcessOptions {
  readonly pace?: ForeignChangesDeps['pace'];
  /** How much its clock is ahead. */
  readonly aheadMs?: number;
  /** Waited for after the events are in, before the commit. */
  readonly beforeCommit?: () => Promise<unknown>;
  readonly store?: Partial<EventStore>;
  readonly isShared?: boolean;
}

const nothing = (): undefined => undefined;

export function startProcess(database: Database, options: ProcessOptions = {}): Process {
  const { pace = {}, aheadMs = 0, beforeCommit = () => Promise.resolve(), isShared = true } = options;
  const clock = { now: () => Date.now() + aheadMs };
  const store: EventStore = { ...createEventStore(database.platform), ...options.store };
  const told: Committed[] = [];
  const onFault = (error: unknown): never => {
    throw error;
  };
  const feed = createChangeFeed({ onFault });
  feed.subscribe((committed) => told.push(committed));
  const worker: DraftDeps['worker'] = { reserve: nothing, adopt: nothing, unreserve: nothing, notice: nothing };
  const draftEvent = createDraftEvent({
    rules: { match: () => [] },
    catalogue: { check: () => [], unfitEvents: () => 'flag' },
    worker,
    newId: createIdMaker(clock.now),
    clock,
  });
  const draftWithin = createDraftWithin({ draftEvent, store });
  const api = createDataApi({
    connectionFor: database.environment,
    events: {
      draft: (events) => {
        const draft = draftWithin(events);
        const insert: typeof draft.insert = async (session) => {
          await draft.insert(session);
          await beforeCommit();
        };
        return Promise.resolve({ ...draft, insert });
      },
    },
    tell: feed.tell,
    isShared,
    clock,
  });
  const foreign = createForeignChanges({ store, feed, clock, log: { warn: nothing }, pace });
  return {
    api,
    feed,
    store,
    told,
    call: (method, coll, args = {}) =>
      api.handle({ environmentId: 1, userId: 'u1' }, `data.${method}`, { coll, ...args }),
    start: foreign.start,
    stop: foreign.stop,
  };
}
