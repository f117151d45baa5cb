/**
 * Accepts an event: stores it, durably, and puts it to work. The stored document is the queue entry; there is no second
 * write. This is the way of the API and of `api.events.emit`; the data API stores its events together with the change.
 *
 * The same idempotency key within 24 hours is the same event: `idempotency` is a unique index, so of many copies that
 * arrive at once one insert wins, in whichever process, and the others find the winner.
 */
import type mongoose from 'mongoose';
import { DuplicateKeyError } from '../db/commands.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { IDEMPOTENCY_WINDOW_MS } from '../schemas/event.ts';
import type { NewEvent, Publish } from './document.ts';
import type { Draft, DraftEvent } from './draft.ts';
import type { EventStore } from './store.ts';

export interface PublishDeps {
  readonly draftEvent: DraftEvent;
  readonly store: Pick<EventStore, 'insert' | 'findByIdempotency' | 'releaseIdempotency'>;
  readonly clock: Clock;
}

export function createPublish({ draftEvent, store, clock }: PublishDeps): Publish {
  return async function publish(event) {
    for (;;) {
      const draft = draftEvent(event);
      const { idempotency, body_hash: bodyHash } = draft.document;
      try {
        await store.insert(draft.document);
      } catch (error) {
        draft.abandon();
        if (!(error instanceof DuplicateKeyError) || idempotency === undefined) throw error;
        const first = await store.findByIdempotency(idempotency);
        if (first === null) continue;
        if (first.created_at.getTime() <= clock.now() - IDEMPOTENCY_WINDOW_MS) {
          await store.releaseIdempotency(first._id);
          continue;
        }
        if (first.body_hash !== bodyHash) {
          throw new AppError('conflict', {
            detail: `The idempotency key was used within 24 hours for another event, ${first._id}.`,
            extra: { event: first._id },
          });
        }
        return { id: first._id, isDuplicate: true, rules: [] };
      }
      draft.accept();
      return { id: draft.document._id, isDuplicate: false, rules: draft.rules };
    }
  };
}

/** Events that are stored together with the change they tell of, in the transaction of whoever makes it. */
export interface EventsWithin {
  readonly ids: readonly string[];
  /** May be called again when the transaction is tried again. */
  readonly insert: (session: mongoose.ClientSession) => Promise<void>;
  /** After the commit. */
  readonly accept: () => void;
  /** When there will be none. */
  readonly abandon: () => void;
}

export function createDraftWithin(deps: {
  readonly draftEvent: DraftEvent;
  readonly store: Pick<EventStore, 'insertWithin'>;
}) {
  return function draftWithin(events: readonly NewEvent[]): EventsWithin {
    const drafts: Draft[] = [];
    const abandon = (): void => {
      for (const draft of drafts) draft.abandon();
    };
    try {
      for (const event of events) drafts.push(deps.draftEvent(event));
    } catch (error) {
      abandon();
      throw error;
    }
    return {
      ids: drafts.map(({ document }) => document._id),
      insert: (session) =>
        deps.store.insertWithin(
          session,
          drafts.map(({ document }) => document),
        ),
      accept: () => {
        for (const draft of drafts) draft.accept();
      },
      abandon,
    };
  };
}
