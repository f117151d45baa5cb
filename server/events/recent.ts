/**
 * The events that are on their way just now, so that twenty rules do not read one event twenty times. What is not here
 * any more, a retry after hours for example, is read from the database, those of one moment together.
 */
import { createBatcher } from '../db/batch.ts';
import type { EventDocument } from './document.ts';
import type { EventStore } from './store.ts';

const MAX_EVENTS = 5_000;
const MAX_CHARS = 32 * 1024 * 1024;

export interface RecentEvents {
  readonly add: (event: EventDocument) => void;
  readonly get: (id: string) => Promise<EventDocument | null>;
}

export function createRecentEvents(store: Pick<EventStore, 'getMany'>): RecentEvents {
  const events = new Map<string, EventDocument>();
  let chars = 0;

  const reads = createBatcher<string, EventDocument | null>({
    maxItems: 200,
    maxInFlight: 2,
    send: async (ids) => {
      const found = new Map((await store.getMany(ids)).map((event) => [event._id, event]));
      return ids.map((id) => found.get(id) ?? null);
    },
  });

  function add(event: EventDocument): void {
    if (events.has(event._id)) return;
    events.set(event._id, event);
    chars += event.data.length;
    for (const [id, oldest] of events) {
      if (events.size <= MAX_EVENTS && chars <= MAX_CHARS) break;
      events.delete(id);
      chars -= oldest.data.length;
    }
  }

  return {
    add,
    async get(id) {
      const known = events.get(id) ?? (await reads.add(id));
      if (known !== null) add(known);
      return known;
    },
  };
}
