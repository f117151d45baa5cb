/** On whose behalf a data call is made, in which transaction, and who is told of what it changes. */
import type mongoose from 'mongoose';
import type { NewEvent } from '../events/document.ts';

export interface DataScope {
  readonly environmentId: number;
  /** Whom `@me` stands for; where there is nobody it matches nothing. */
  readonly userId?: string | null;
  /** The run that makes the change; told with its events. */
  readonly runId?: string;
  /** How many deliveries of our own led to it. */
  readonly hops?: number;
  /** Aborts when the run is over: what is left of a bulk write is left alone then. */
  readonly signal?: AbortSignal;
  /** Makes the ids of documents that bring none; where a call is made again, the same ones. */
  readonly newDocId?: () => string;
  /** Everything is read and written within it; without one, each write has its own. */
  readonly transaction?: OpenTransaction;
}

/**
 * A transaction somebody else began and will end. What is changed within it is told there too: the events are written
 * through its session and their drafts left here. Its owner accepts them after the commit, and abandons them otherwise.
 * One call at a time. A call that fails leaves nothing that could be committed: the owner aborts.
 */
export interface OpenTransaction {
  readonly session: mongoose.mongo.ClientSession;
  readonly drafts: EventDraft[];
}

/** Takes the events of a change into the transaction that makes it: neither is ever there without the other. */
export interface DataEvents {
  readonly draft: (events: readonly NewEvent[]) => Promise<EventDraft>;
}

export interface EventDraft {
  readonly ids?: readonly string[];
  /** Writes the events within the transaction. A transaction that is tried again drafts anew. */
  readonly insert: (session: mongoose.mongo.ClientSession) => Promise<void>;
  /** After the commit: puts the events to work. */
  readonly accept: () => void;
  /** After a failure: lets go of what was prepared. */
  readonly abandon: () => void;
}
