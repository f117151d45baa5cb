/**
 * What makes a stored document a queue entry. A lease is nothing but a due time in the future: whoever claims an
 * entry moves `due_at` to the end of the lease, so an owner that dies simply lets its entries fall due again.
 *
 *   queued   waits for `due_at`; nobody owns it
 *   running  `owner` holds it until `due_at`; past that moment anyone may take it over
 *   (other)  finished: `lane`, `due_at` and `owner` are gone, and with them its place in the index
 *
 * `attempt` rises with every claim, so `owner` and `attempt` together name one claim and no other: writes of an owner
 * that lost its lease match nothing (fencing).
 */
export interface QueueEntry {
  readonly _id: string;
  readonly status: string;
  /** Entries of one lane are claimed oldest first and share a limit. */
  readonly lane?: string;
  readonly due_at?: Date;
  readonly owner?: string;
  /** How often it has been claimed. */
  readonly attempt: number;
  readonly claimed_at?: Date;
}

/** How a claim ends: what to write into the entry, if the claim still holds. */
export interface Settlement {
  readonly set: Readonly<Record<string, unknown>>;
  readonly unset?: readonly string[];
  readonly push?: Readonly<Record<string, unknown>>;
}

/** The members a finished entry loses. */
export const QUEUE_PLACE = ['lane', 'due_at', 'owner', 'claimed_at'] as const;
