/** What the management API may do with runs. */
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { QUEUE_PLACE } from '../queue/entry.ts';
import type { Json, JsonObject } from '../schemas/json.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import type { Run, RunFilter, RunSummary } from '../schemas/runView.ts';
import type { ListenerInfo } from '../schemas/listener.ts';
import { jsonEvent, type RunDocument, type StoredAttempt } from './document.ts';
import type { Gates } from './gates/gates.ts';
import { gateLane, openLane } from './lanes.ts';
import type { StartRun } from './start.ts';
import type { RunStore } from './store.ts';
import { toSummary, toView, type ReadEvent } from './view.ts';
import type { RunResult, RunWaiters } from './waiters.ts';

export interface ManageRunsDeps {
  readonly store: Pick<RunStore, 'get' | 'list' | 'change'>;
  readonly startRun: StartRun;
  readonly waiters: Pick<RunWaiters, 'wait'>;
  readonly worker: { readonly abort: (id: string) => boolean; readonly notice: (lane: string) => void };
  readonly depth: { readonly add: (count: number) => void };
  readonly gates: Pick<Gates, 'expect' | 'left'>;
  readonly listeners: {
    readonly get: (name: string) => ListenerInfo | undefined;
    readonly nearest: (name: string) => readonly string[];
  };
  readonly readEvent: ReadEvent;
  /** The id of the webhook that has, or had, this uuid. */
  readonly webhookIdOf: (environmentId: number, uuid: string) => Promise<string>;
  readonly clock: Clock;
}

export interface RunByHand {
  readonly props?: JsonObject;
  readonly event?: Json;
  readonly userId?: string | null;
}

export interface ManageRuns {
  readonly list: (environmentId: number, filter: RunFilter, page: Page) => Promise<PageOf<RunSummary>>;
  readonly get: (environmentId: number, id: string) => Promise<Run>;
  /** Gives a finished run a new life with a new budget of attempts; a waiting one is made due now. */
  readonly retry: (environmentId: number, id: string) => Promise<Run>;
  readonly cancel: (environmentId: number, id: string) => Promise<Run>;
  readonly startByHand: (environmentId: number, action: string, input: RunByHand) => Promise<{ readonly id: string }>;
  /** The run's next outcome; undefined when it takes longer. */
  readonly wait: (environmentId: number, id: string, timeoutMs: number) => Promise<RunResult | undefined>;
}

export function createManageRuns(deps: ManageRunsDeps): ManageRuns {
  const { store, startRun, waiters, worker, depth, gates, listeners, readEvent, webhookIdOf, clock } = deps;

  async function find(environmentId: number, id: string): Promise<RunDocument> {
    const run = await store.get(environmentId, id);
    if (run === null) throw new AppError('not_found', { detail: `There is no run '${id}' in this environment.` });
    return run;
  }

  return {
    list: async (environmentId, filter, page) => {
      const webhook = filter.webhook === undefined ? undefined : await webhookIdOf(environmentId, filter.webhook);
      const { items, next } = await store.list(
        environmentId,
        { ...filter, ...(webhook !== undefined && { webhook }) },
        page,
      );
      return { items: items.map(toSummary), next };
    },

    get: async (environmentId, id) => toView(await find(environmentId, id), readEvent),

    retry: async (environmentId, id) => {
      const run = await find(environmentId, id);
      const now = new Date(clock.now());
      const [gate] = run.gates ?? [];
      const lane = gate === undefined ? openLane(environmentId, run.priority) : gateLane(environmentId, gate);
      const place = { status: 'queued', lane, due_at: now };
      if (gate !== undefined) await gates.expect(gate, now);
      const revived = await store.change(environmentId, id, ['dead', 'canceled', 'succeeded'], {
        $set: { ...place, budget_from: run.attempts?.length ?? 0 },
        $unset: { finished_at: '', error: '', result: '' },
      });
      if (revived !== null) depth.add(1);
      const next = revived ?? (await store.change(environmentId, id, ['queued'], { $set: { due_at: now } }));
      if (next === null) {
        throw new AppError('conflict', { detail: `Run '${id}' is running; it can be retried when it has ended.` });
      }
      if (gate === undefined) worker.notice(lane);
      else gates.left(run.gates ?? []); // whichever of them it waits at
      return toView(next, readEvent);
    },

    cancel: async (environmentId, id) => {
      for (;;) {
        const run = await find(environmentId, id);
        if (run.status === 'canceled') return toView(run, readEvent);
        if (run.status !== 'queued' && run.status !== 'running') {
          throw new AppError('conflict', { detail: `Run '${id}' has ended already: it is ${run.status}.` });
        }
        const canceled = await store.change(environmentId, id, [run.status], cancellation(run, clock.now()));
        if (canceled === null) continue; // it began or ended in between
        if (!worker.abort(id)) depth.add(-1); // an attempt that is at work here is counted when it ends
        gates.left(run.gates ?? []);
        return toView(canceled, readEvent);
      }
    },

    startByHand: async (environmentId, action, input) => {
      requireListener(listeners, action);
      return startRun({
        environmentId,
        action,
        trigger: { type: 'manual' },
        propsJson: JSON.stringify(input.props ?? {}),
        event: jsonEvent(input.event),
        ...(input.userId != null && { userId: input.userId }),
      });
    },

    wait: (environmentId, id, timeoutMs) => waiters.wait(environmentId, id, timeoutMs),
  };
}

/** What cancelling writes. With its place in the queue the run leaves its owner, whose own report comes too late. */
function cancellation(run: RunDocument, nowMs: number): object {
  const startedAt = run.claimed_at ?? run.created_at;
  const attempt: StoredAttempt = {
    attempt: run.attempt,
    status: 'canceled',
    started_at: startedAt,
    duration_ms: Math.max(0, nowMs - startedAt.getTime()),
  };
  // What will never begin makes room for the next one of its key, and at its gates.
  const gone = [...QUEUE_PLACE, 'waiting_key', 'latest_due_at', 'holds'];
  return {
    $set: { status: 'canceled', finished_at: new Date(nowMs) },
    $unset: Object.fromEntries(gone.map((name) => [name, ''])),
    ...(run.status === 'running' && { $push: { attempts: attempt } }),
  };
}

/** The listener of that name, or the error that names the ones most like it. */
export function requireListener(listeners: ManageRunsDeps['listeners'], name: string): ListenerInfo {
  const listener = listeners.get(name);
  if (listener !== undefined) return listener;
  const nearest = listeners.nearest(name);
  throw new AppError('listener_not_found', {
    detail:
      `There is no listener '${name}'.` +
      (nearest.length > 0 ? ` Did you mean ${nearest.map((other) => `'${other}'`).join(' or ')}?` : ''),
    extra: { nearest },
  });
}
