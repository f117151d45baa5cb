/**
 * First in, first out for each key of an ordered rule. A delivery is stored as `waiting` with its `order_key`; the one
 * with the smallest event id becomes the head of its key when there is none, and is queued:
 *
 *   waiting (order_key) ──promote──▶ queued, running, retried … (order_head) ──its end──▶ (neither); the next is promoted
 *
 * So a failing head holds its key and nobody else's. A crash between an end and the next promotion leaves a key without
 * a head; the sweep finds it.
 *
 * Event ids rise in the order in which events were accepted, but their deliveries may be stored in another one: an
 * event stays `open` here until its deliveries are there, and no later one of its environment is promoted before that.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Settlement } from '../../queue/entry.ts';
import type { QueueWorker } from '../../queue/worker.ts';
import type { DeliveryDocument } from '../document.ts';
import { laneOf } from '../lanes.ts';
import { createOpenEvents, LONGEST_WAIT_MS } from './openEvents.ts';
import type { OrderStore } from './storeOrder.ts';

/** How soon to ask again about events that other processes route. */
const ASK_AGAIN_MS = 10;
/** How many keys a sweep promotes at a time: their writes then share a commit. */
const TOGETHER = 50;

export interface OrderDeps {
  readonly store: OrderStore;
  readonly worker: Pick<QueueWorker<DeliveryDocument>, 'reserve' | 'adopt' | 'unreserve' | 'notice'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether an event accepted before this one, by any process, is not routed yet. Without it only this process counts. */
  readonly isOpenBefore?: (environmentId: number, eventId: string) => Promise<boolean>;
  readonly sweepMs?: number;
}

export interface Order {
  /** Says that the event may yet get deliveries; the answer says that they are all stored. */
  readonly open: (environmentId: number, eventId: string) => () => void;
  /** Queues the first waiting delivery of the key, unless the key has a head. Never rejects: the sweep tries again. */
  readonly promote: (orderKey: string) => Promise<void>;
  /** To be told of every stored outcome: the end of a head brings the next one. */
  readonly settled: (delivery: DeliveryDocument, settlement: Settlement) => void;
  /** Promotes where a crash left a key without a head. */
  readonly sweep: () => Promise<void>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

export function createOrder(deps: OrderDeps): Order {
  const { store, worker, clock, log, isOpenBefore, sweepMs = 30_000 } = deps;
  const openEvents = createOpenEvents({ clock, retry: (orderKey) => void promote(orderKey) });
  /** Heads that this process is sending: their end will be heard here. */
  const headsHere = new Map<string, string>();
  const promoting = new Map<string, { isAsked: boolean; readonly done: Promise<void> }>();
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> = Promise.resolve();

  /** Calls for one key in one moment are one promotion, followed by another if something came in meanwhile. */
  function promote(orderKey: string): Promise<void> {
    const current = promoting.get(orderKey);
    if (current !== undefined) {
      current.isAsked = true;
      return current.done;
    }
    const state = { isAsked: true, done: Promise.resolve() };
    promoting.set(orderKey, state);
    state.done = (async () => {
      try {
        while (state.isAsked && !isStopping) {
          state.isAsked = false;
          await promoteNow(orderKey);
        }
      } catch (error) {
        log.warn({ err: error }, 'order.promote_failed');
      } finally {
        promoting.delete(orderKey);
      }
    })();
    return state.done;
  }

  async function promoteNow(orderKey: string): Promise<void> {
    while (!isStopping) {
      if (headsHere.has(orderKey)) return;
      const open = openEvents.first();
      const [heads, next] = await Promise.all([store.withHead([orderKey]), store.firstWaiting(orderKey)]);
      if (next === null || heads.has(orderKey)) return;
      const answer = openEvents.check(next, orderKey, open);
      if (answer === 'wait') return;
      if (answer === 'again' || !(await isFirstOfAll(next, orderKey))) continue;
      if ((await makeHead(next, orderKey)) !== 'gone') return;
    }
  }

  /** False when what other processes have stored meanwhile comes first; waits while they may yet store it. */
  async function isFirstOfAll(next: DeliveryDocument, orderKey: string): Promise<boolean> {
    if (isOpenBefore === undefined) return true;
    while (!isStopping && (await isOpenBefore(next.environment_id, next.event_id))) {
      // An event that cannot be routed must not hold up the others for ever.
      if (clock.now() - next.created_at.getTime() > LONGEST_WAIT_MS) break;
      await delay(ASK_AGAIN_MS);
    }
    return (await store.firstWaiting(orderKey))?._id === next._id;
  }

  async function makeHead(next: DeliveryDocument, orderKey: string): Promise<'done' | 'gone'> {
    const lane = laneOf(next.environment_id, next.rule_id);
    const nowMs = clock.now();
    const dueMs = Math.max(nowMs, next.due_at?.getTime() ?? 0);
    const reservation = dueMs === nowMs ? worker.reserve(lane) : undefined;
    let isAdopted = false;
    try {
      const place = reservation ?? { status: 'queued', due_at: new Date(dueMs) };
      const head = await store.makeHead(next, { lane, ...place });
      if (typeof head === 'string') return head === 'gone' ? 'gone' : 'done';
      if (reservation === undefined) {
        worker.notice(lane);
      } else {
        isAdopted = true;
        headsHere.set(orderKey, head._id);
        worker.adopt(head);
      }
      return 'done';
    } finally {
      if (reservation !== undefined && !isAdopted) worker.unreserve(lane);
    }
  }

  async function sweep(): Promise<void> {
    try {
      for (let after = ''; !isStopping;) {
        const keys = await store.waitingKeys(after);
        const last = keys.at(-1);
        if (last === undefined) return;
        const heads = await store.withHead(keys);
        const headless = keys.filter((key) => !heads.has(key));
        for (const key of headless) headsHere.delete(key);
        for (let i = 0; i < headless.length; i += TOGETHER) {
          await Promise.all(headless.slice(i, i + TOGETHER).map(promote));
        }
        after = last;
      }
    } catch (error) {
      log.warn({ err: error }, 'order.sweep_failed');
    }
  }

  return {
    open: openEvents.open,
    promote,

    settled: (delivery, settlement) => {
      const orderKey = delivery.order_head;
      if (orderKey === undefined) return;
      if (headsHere.get(orderKey) === delivery._id) headsHere.delete(orderKey);
      if (isEnd(settlement)) void promote(orderKey);
    },

    sweep,
    start: () => {
      sweeping = sweep();
      timer = setInterval(() => {
        sweeping = sweeping.then(sweep);
      }, sweepMs);
      timer.unref();
    },
    stop: async () => {
      isStopping = true;
      clearInterval(timer);
      await Promise.all([sweeping, ...[...promoting.values()].map(({ done }) => done)]);
    },
  };
}

/** The same work, but a delivery that comes to its end also gives up the head of its order. */
export function withOrder(
  perform: (delivery: DeliveryDocument, signal: AbortSignal) => Promise<Settlement>,
): (delivery: DeliveryDocument, signal: AbortSignal) => Promise<Settlement> {
  return async function performInOrder(delivery, signal) {
    const settlement = await perform(delivery, signal);
    if (delivery.order_head === undefined || !isEnd(settlement)) return settlement;
    return { ...settlement, unset: [...(settlement.unset ?? []), 'order_head'] };
  };
}

function isEnd({ set: { status } }: Settlement): boolean {
  return status !== undefined && status !== 'queued' && status !== 'running';
}
