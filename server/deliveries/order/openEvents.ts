/**
 * Events that were accepted and whose deliveries are not all stored yet. A later delivery in order waits for them: one
 * of them may bring an earlier delivery of the same key.
 */
import type { Clock } from '../../lib/clock.ts';
import type { DeliveryDocument } from '../document.ts';

export interface OpenEvents {
  readonly open: (environmentId: number, eventId: string) => () => void;
  /** The first open event of each environment. */
  readonly first: () => FirstOpen;
  /**
   * Whether the delivery may go, which was read after the given look at what is open. `wait`: an earlier event is open,
   * `retry` is called with the key when that may have changed; `again`: it was, and what it brought may not be read yet.
   */
  readonly check: (delivery: DeliveryDocument, orderKey: string, before: FirstOpen) => 'go' | 'wait' | 'again';
}

export type FirstOpen = ReadonlyMap<number, string>;

/** After that an event that cannot be routed holds up nobody any more. A lost lease runs out well before. */
export const LONGEST_WAIT_MS = 120_000;

export function createOpenEvents(deps: {
  readonly clock: Clock;
  readonly retry: (orderKey: string) => void;
}): OpenEvents {
  const { clock, retry } = deps;
  const openIn = new Map<number, Map<string, number>>();
  /** Keys that wait for events open here, with the event of their first delivery. */
  const waitingIn = new Map<number, Map<string, string>>();

  function firstOpen(environmentId: number): string | undefined {
    let first: string | undefined;
    for (const eventId of openIn.get(environmentId)?.keys() ?? []) {
      if (first === undefined || eventId < first) first = eventId;
    }
    return first;
  }

  function close(environmentId: number, eventId: string): void {
    const open = openIn.get(environmentId);
    const count = open?.get(eventId) ?? 0;
    if (count > 1) open?.set(eventId, count - 1);
    else open?.delete(eventId);
    const waiting = waitingIn.get(environmentId);
    if (waiting === undefined || waiting.size === 0) return;
    const first = firstOpen(environmentId);
    for (const [orderKey, waitingEvent] of waiting) {
      if (isEarlier(first, waitingEvent)) continue;
      waiting.delete(orderKey);
      retry(orderKey);
    }
  }

  return {
    open: (environmentId, eventId) => {
      const open = childOf(openIn, environmentId);
      open.set(eventId, (open.get(eventId) ?? 0) + 1);
      let isClosed = false;
      return () => {
        if (isClosed) return;
        isClosed = true;
        close(environmentId, eventId);
      };
    },

    first: () => {
      const all = new Map<number, string>();
      for (const environmentId of openIn.keys()) {
        const first = firstOpen(environmentId);
        if (first !== undefined) all.set(environmentId, first);
      }
      return all;
    },

    check: ({ environment_id, event_id, created_at }, orderKey, before) => {
      if (clock.now() - created_at.getTime() > LONGEST_WAIT_MS) return 'go';
      if (isEarlier(firstOpen(environment_id), event_id)) {
        childOf(waitingIn, environment_id).set(orderKey, event_id);
        return 'wait';
      }
      return isEarlier(before.get(environment_id), event_id) ? 'again' : 'go';
    },
  };
}

function isEarlier(open: string | undefined, eventId: string): boolean {
  return open !== undefined && open < eventId;
}

function childOf<K, A, B>(parents: Map<K, Map<A, B>>, key: K): Map<A, B> {
  const found = parents.get(key) ?? new Map<A, B>();
  parents.set(key, found);
  return found;
}
