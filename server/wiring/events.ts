/** Wires what happens: publishing, routing, and the data API that tells of every change. */
import { randomBytes } from 'node:crypto';
import { createDataApi } from '../data/api.ts';
import { createChangeFeed } from '../data/committed.ts';
import { createForeignChanges } from '../data/foreignChanges.ts';
import { createDocIdMaker } from '../data/docId.ts';
import { createManageData } from '../data/manage.ts';
import { createCollectionStore } from '../data/storeCollections.ts';
import { createHeldTransactions } from '../data/transactions/held.ts';
import type { Enqueue } from '../deliveries/enqueue.ts';
import type { EventDocument } from '../events/document.ts';
import { createDraftEvent } from '../events/draft.ts';
import { createManageEvents } from '../events/manage.ts';
import { createDraftWithin, createPublish } from '../events/publish.ts';
import type { RecentEvents } from '../events/recent.ts';
import { createRouteEvent } from '../events/route.ts';
import { eventLane } from '../events/store.ts';
import { createQueueWorker } from '../queue/worker.ts';
import { createHostMethods } from '../runs/hostMethods.ts';
import { environments } from '../schemas/app.ts';
import { MAX_TOKENS_PER_ENVIRONMENT, type Token } from '../schemas/token.ts';
import type { FindSpec } from '../views/ports.ts';
import type { Code } from './code.ts';
import type { Flow } from './flow.ts';
import type { Rules } from './rules.ts';
import type { Storage } from './storage.ts';
import type { Tools } from './tools.ts';
import type { WayOut } from './wayOut.ts';

/** Events that are routed at a time. */
const CAPACITY = 256;
const STOP_GRACE_MS = 5_000;

interface Outbound {
  readonly enqueueDeliveries: Enqueue;
  readonly recentEvents: RecentEvents;
}

/** From a fact to its deliveries. Also fills in what listeners may ask for. */
export function wireEvents(tools: Tools, parts: Storage & Code & WayOut & Rules & Flow & Outbound) {
  const { config, clock, newId, log, lifecycle } = tools;
  const { database, stores, leases, liveRules, catalogue, recentEvents } = parts;
  const worker = createQueueWorker<EventDocument>({
    leases: leases.events,
    clock,
    log,
    capacity: () => CAPACITY,
    lanes: () => environments.map(({ id }) => eventLane(id)),
    perform: createRouteEvent({
      rules: liveRules,
      enqueue: parts.enqueueDeliveries,
      recent: recentEvents,
      clock,
      log,
    }),
  });
  const draftEvent = createDraftEvent({ rules: liveRules, catalogue, worker, newId, clock });
  const publish = createPublish({ draftEvent, store: stores.events, clock });
  const draftWithin = createDraftWithin({ draftEvent, store: stores.events });
  const changes = createChangeFeed({ onFault: (error) => log.error({ err: error }, 'data.change_not_followed') });
  const data = createDataApi({
    connectionFor: database.environment,
    events: { draft: (events) => Promise.resolve(draftWithin(events)) },
    schemaOf: (collection) => {
      const { schemas = {} } = parts.viewCode.manifest();
      return Object.hasOwn(schemas, collection) ? schemas[collection] : undefined;
    },
    tell: changes.tell,
    isShared: !database.isExclusive,
    clock,
  });
  const held = createHeldTransactions({
    inTransaction: data.inTransaction,
    newDocId: createDocIdMaker(clock),
    newSecret: () => randomBytes(32).toString('base64url'),
    isTokenValid: async (environmentId, tokenId) => {
      const { items } = await parts.tokens.list(environmentId, { limit: MAX_TOKENS_PER_ENVIRONMENT });
      const isNow = ({ expires_at: at }: Token): boolean => at === null || Date.parse(at) > clock.now();
      return items.some((token) => token.id === tokenId && isNow(token));
    },
    clock,
  });
  Object.assign(
    parts.hostMethods,
    data.methods,
    createHostMethods({
      webhooks: parts.webhooks,
      jobs: parts.jobs,
      publish,
      egress: parts.egress,
      fetchTimeoutMs: config.runTimeoutMs,
    }),
  );
  /** Where several processes share the database, what one changes is seen by the others. */
  function followOthers(): void {
    const others = createForeignChanges({ store: stores.events, feed: changes, clock, log });
    others.start();
    lifecycle.onStop('changes of others', others.stop);
  }

  return {
    publish,
    changes,
    /** For views, whose finds have been checked already. */
    findDocs: (environmentId: number, { coll, query, ...how }: FindSpec) =>
      data.findAsIs({ environmentId, userId: null }, coll, { ...how, filter: query, showsRevision: false }),
    data: createManageData({ ...data, ...createCollectionStore(database.environment), held, clock }),
    /** The token of a transaction stands in for the one that began it. */
    authenticateTransaction: held.authenticate,
    events: createManageEvents({ publish, store: stores.events }),
    async startEvents() {
      if (database.isExclusive) await leases.events.expireOthers(new Date(clock.now()));
      else followOthers();
      worker.start();
      lifecycle.onStop('routing', () => worker.stop(STOP_GRACE_MS));
    },
  };
}

export type Events = ReturnType<typeof wireEvents>;
