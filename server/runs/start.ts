/**
 * Starts a run: stores it, durably, and puts it to work. This is the only way a run comes to be, whether a webhook, a
 * cron, a person or another run asked for it. The stored document is the queue entry; there is no second write, but for
 * runs that must pass gates first.
 *
 * Duplicates: `dedupe_keys` and `waiting_key` are unique indexes, so of a hundred copies that arrive at once one insert
 * wins, in whichever process, and the others find the winner. Keys older than their window are taken from the old run
 * first. What is made of a cron and a tick has its id from them, and so is one run, too.
 */
import { DuplicateKeyError } from '../db/commands.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { NewId } from '../lib/ids.ts';
import type { QueueWorker } from '../queue/worker.ts';
import type { Json } from '../schemas/json.ts';
import type { ListenerInfo } from '../schemas/listener.ts';
import type { EventBody, NewRun, RunDocument } from './document.ts';
import { createGather } from './gather/gather.ts';
import { gatheringOf } from './gather/gathering.ts';
import type { GatherStore } from './gather/store.ts';
import type { Gates } from './gates/gates.ts';
import { gatesOf, type GatedRun } from './gates/keys.ts';
import { gateLane, openLane } from './lanes.ts';
import type { RunStore } from './store.ts';
import type { ReadEvent } from './view.ts';

export interface StartRunDeps {
  readonly store: Pick<RunStore, 'insert' | 'findByDedupeKeys' | 'findByWaitingKey' | 'releaseDedupeKeys'>;
  readonly gatherStore: GatherStore;
  readonly worker: Pick<QueueWorker<RunDocument>, 'reserve' | 'adopt' | 'unreserve' | 'notice' | 'noticeAt'>;
  readonly gates: Pick<Gates, 'expect' | 'open'>;
  readonly listeners: { readonly get: (name: string) => ListenerInfo | undefined };
  readonly depth: { readonly current: () => number; readonly add: (count: number) => void };
  /** Runs that may wait before new ones are refused. */
  readonly queueLimit: number;
  readonly readEvent: ReadEvent;
  readonly newId: NewId;
  readonly clock: Clock;
}

export interface StartedRun {
  readonly id: string;
  readonly isDuplicate: boolean;
}

export type StartRun = (input: NewRun) => Promise<StartedRun>;

export function createStartRun(deps: StartRunDeps): StartRun {
  const { store, gatherStore, worker, gates, listeners, depth, queueLimit, readEvent, newId, clock } = deps;
  const gather = createGather({ store: gatherStore, insert, findDuplicate, toJson, madeDue, clock });

  return async function startRun(input) {
    if (depth.current() >= queueLimit) {
      throw new AppError('overloaded', {
        detail: `${queueLimit} runs are waiting already, the most this server keeps. Try again later.`,
        retryAfterS: 30,
      });
    }
    const gathering = gatheringOf(input, calledBy(input), listeners.get(input.action));
    return gathering === null ? startAlone(input) : gather(onceOnly(input), gathering);
  };

  async function startAlone(input: NewRun): Promise<StartedRun> {
    for (;;) {
      try {
        return { id: await insert(input, {}), isDuplicate: false };
      } catch (error) {
        if (!(error instanceof DuplicateKeyError)) throw error;
        if ('_id' in error.keyPattern && input.id !== undefined) return { id: input.id, isDuplicate: true };
        const first = 'waiting_key' in error.keyPattern ? await findWaiting(input) : await findDuplicate(input);
        if (first !== null) return { id: first, isDuplicate: true };
      }
    }
  }

  async function findWaiting({ waitingKey = '' }: NewRun): Promise<string | null> {
    return (await store.findByWaitingKey(waitingKey))?._id ?? null;
  }

  /** The run that has one of the keys; keys whose window is over are taken from it. */
  async function findDuplicate({ dedupe }: NewRun): Promise<string | null> {
    if (dedupe === undefined) return null;
    const first = await store.findByDedupeKeys(dedupe.keys);
    if (first === null) return null;
    if (first.created_at.getTime() > clock.now() - dedupe.windowMs) return first._id;
    await store.releaseDedupeKeys(first._id);
    return null;
  }

  async function insert(input: NewRun, more: Partial<RunDocument>): Promise<string> {
    const nowMs = clock.now();
    const run = toDocument(input, more, {
      id: input.id ?? newId('run'),
      gates: [...(input.gates ?? []), ...gatesFor(input)],
      nowMs,
    });
    const [gate] = run.gates ?? [];
    const isDue = run.due_at.getTime() <= nowMs;
    const reservation =
      isDue && gate === undefined && run.waiting_key === undefined ? worker.reserve(run.lane) : undefined;
    const stored = { ...run, ...reservation };
    const isBacklog = isDue || gate !== undefined;
    if (isBacklog) depth.add(1);
    try {
      if (gate !== undefined) await gates.expect(gate, run.due_at);
      await store.insert(stored);
    } catch (error) {
      if (isBacklog) depth.add(-1);
      if (reservation !== undefined) worker.unreserve(run.lane);
      throw error;
    }
    if (reservation !== undefined) worker.adopt(stored);
    else if (!isDue && gate === undefined) worker.noticeAt(run.lane, run.due_at.getTime());
    else if (gate === undefined) worker.notice(run.lane);
    else if (isDue) void gates.open(gate);
    return run._id;
  }

  function gatesFor(input: NewRun): readonly string[] {
    const listener = listeners.get(input.action);
    return listener === undefined ? [] : gatesOf(calledBy(input), listener);
  }

  function calledBy({ environmentId, action, userId = null, propsJson, event }: NewRun): GatedRun {
    return {
      environmentId,
      action,
      userId,
      props: () => JSON.parse(propsJson) as unknown,
      event: () => readEvent(event.kind, event.bytes),
    };
  }

  function toJson({ kind, bytes }: EventBody): Uint8Array {
    return kind === 'json' ? bytes : Buffer.from(JSON.stringify(readEvent(kind, bytes) satisfies Json));
  }

  async function madeDue({ lane = '', gates: [gate] = [] }: Pick<RunDocument, 'lane' | 'gates'>): Promise<void> {
    if (gate === undefined) worker.notice(lane);
    else {
      await gates.expect(gate, new Date(clock.now()));
      void gates.open(gate);
    }
  }
}

/** What is asked for under an id takes part once, in whichever run: the id serves as a key then. */
function onceOnly({ id, ...input }: NewRun): NewRun {
  if (id === undefined) return input;
  const { keys = [], windowMs = 0 } = input.dedupe ?? {};
  return { ...input, dedupe: { keys: [...keys, id], windowMs: Math.max(windowMs, FOR_EVER_MS) } };
}

const FOR_EVER_MS = 100 * 366 * 24 * 60 * 60_000;

function toDocument(
  input: NewRun,
  more: Partial<RunDocument>,
  made: { readonly id: string; readonly gates: readonly string[]; readonly nowMs: number },
): RunDocument & { readonly lane: string; readonly due_at: Date } {
  const { environmentId, priority = 'normal' } = input;
  const [gate] = made.gates;
  return {
    _id: made.id,
    environment_id: environmentId,
    action: input.action,
    trigger: input.trigger,
    ...(input.webhookId !== undefined && { webhook: input.webhookId }),
    ...(input.cronId !== undefined && { cron: input.cronId }),
    ...(input.userId != null && { user_id: input.userId }),
    ...(input.connection !== undefined && { connection: input.connection }),
    ...(input.hops !== undefined && input.hops > 0 && { hops: input.hops }),
    ...(priority !== 'normal' && { priority }),
    props: input.propsJson,
    event_kind: input.event.kind,
    event: input.event.bytes,
    ...(input.request && { request: JSON.stringify(input.request) }),
    ...(input.dedupe && { dedupe_keys: input.dedupe.keys }),
    ...(input.waitingKey !== undefined && { waiting_key: input.waitingKey }),
    ...(gate !== undefined && { gates: made.gates }),
    created_at: new Date(made.nowMs),
    lane: gate === undefined ? openLane(environmentId, priority) : gateLane(environmentId, gate),
    status: 'queued',
    attempt: 0,
    due_at: input.dueAt ?? new Date(made.nowMs),
    ...more,
  };
}
