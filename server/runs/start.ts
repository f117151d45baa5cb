/**
 * Starts a run: stores it, durably, and puts it to work. This is the only way a run comes to be, whether a webhook, a
 * person or another run asked for it. The stored document is the queue entry; there is no second write.
 *
 * Duplicates: `dedupe_keys` is a unique index, so of a hundred copies that arrive at once one insert wins, in whichever
 * process, and the others find the winner. Keys older than their window are taken from the old run first.
 */
import { DuplicateKeyError } from '../db/commands.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { NewId } from '../lib/ids.ts';
import type { QueueWorker } from '../queue/worker.ts';
import type { NewRun, RunDocument } from './document.ts';
import type { Lanes } from './lanes.ts';
import type { RunStore } from './store.ts';

export interface StartRunDeps {
  readonly store: Pick<RunStore, 'insert' | 'findByDedupeKeys' | 'releaseDedupeKeys'>;
  readonly worker: Pick<QueueWorker<RunDocument>, 'reserve' | 'adopt' | 'unreserve' | 'notice'>;
  readonly depth: { readonly current: () => number; readonly add: (count: number) => void };
  /** Runs that may wait before new ones are refused. */
  readonly queueLimit: number;
  readonly lanes: Pick<Lanes, 'of'>;
  readonly newId: NewId;
  readonly clock: Clock;
}

export interface StartedRun {
  readonly id: string;
  readonly isDuplicate: boolean;
}

export type StartRun = (input: NewRun) => Promise<StartedRun>;

export function createStartRun(deps: StartRunDeps): StartRun {
  const { store, worker, depth, queueLimit, lanes, newId, clock } = deps;

  return async function startRun(input) {
    if (depth.current() >= queueLimit) {
      throw new AppError('overloaded', {
        detail: `${queueLimit} runs are waiting already, the most this server keeps. Try again later.`,
        retryAfterS: 30,
      });
    }
    for (;;) {
      const id = newId('run');
      try {
        await insert(id, input);
        return { id, isDuplicate: false };
      } catch (error) {
        if (!(error instanceof DuplicateKeyError) || input.dedupe === undefined) throw error;
        const first = await store.findByDedupeKeys(input.dedupe.keys);
        if (first === null) continue;
        if (first.created_at.getTime() > clock.now() - input.dedupe.windowMs)
          return { id: first._id, isDuplicate: true };
        await store.releaseDedupeKeys(first._id);
      }
    }
  };

  async function insert(id: string, input: NewRun): Promise<void> {
    const lane = lanes.of(input.environmentId, input.action);
    const nowMs = clock.now();
    const dueAt = input.dueAt ?? new Date(nowMs);
    const isDue = dueAt.getTime() <= nowMs;
    const isKeyedJob = input.trigger.type === 'job' && input.dedupe !== undefined; // its keys hold until it is claimed
    const reservation = isDue && !isKeyedJob ? worker.reserve(lane) : undefined;
    const run = toDocument(
      id,
      input,
      lane,
      new Date(nowMs),
      reservation ?? { status: 'queued', attempt: 0, due_at: dueAt },
    );
    depth.add(1);
    try {
      await store.insert(run);
    } catch (error) {
      depth.add(-1);
      if (reservation !== undefined) worker.unreserve(lane);
      throw error;
    }
    if (reservation !== undefined) worker.adopt(run);
    else if (isDue) worker.notice(lane);
  }
}

function toDocument(
  id: string,
  input: NewRun,
  lane: string,
  now: Date,
  place: Pick<RunDocument, 'status' | 'attempt' | 'due_at' | 'owner' | 'claimed_at'>,
): RunDocument {
  const { trigger } = input;
  return {
    _id: id,
    environment_id: input.environmentId,
    action: input.action,
    trigger,
    ...(input.webhookId !== undefined && { webhook: input.webhookId }),
    ...(input.userId != null && { user_id: input.userId }),
    ...(input.connection !== undefined && { connection: input.connection }),
    ...(input.hops !== undefined && input.hops > 0 && { hops: input.hops }),
    props: input.propsJson,
    event_kind: input.event.kind,
    event: input.event.bytes,
    ...(input.request && { request: JSON.stringify(input.request) }),
    ...(input.dedupe && { dedupe_keys: input.dedupe.keys }),
    created_at: now,
    lane,
    ...place,
  };
}
