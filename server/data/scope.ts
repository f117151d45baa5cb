/** On whose behalf a data call is made, and who is told of what it changes. */
import type mongoose from 'mongoose';
import type { NewEvent } from '../events/document.ts';

export interface DataScope {
  readonly environmentId: number;
  /** The run that makes the change; told with its events. */
  readonly runId?: string;
  /** How many deliveries of our own led to it. */
  readonly hops?: number;
  /** Aborts when the run is over: what is left of a bulk write is left alone then. */
  readonly signal?: AbortSignal;
}

/** Takes the events of a change into the transaction that makes it: neither is ever there without the other. */
export interface DataEvents {
  readonly draft: (events: readonly NewEvent[]) => Promise<EventDraft>;
}

export interface EventDraft {
  /** Writes the events within the transaction. A transaction that is tried again drafts anew. */
  readonly insert: (session: mongoose.mongo.ClientSession) => Promise<void>;
  /** After the commit: puts the events to work. */
  readonly accept: () => void;
  /** After a failure: lets go of what was prepared. */
  readonly abandon: () => void;
}
