/** Listeners: which there are, what they take, and running one by hand. */
import { Type, type Static } from 'typebox';
import type { Json, JsonObject } from '../../schemas/json.ts';
import { listOf } from '../../schemas/list.ts';
import { ListenerView, type ListenerInfo, type ListenerProblem } from '../../schemas/listener.ts';
import { Run, RunAccepted } from '../../schemas/runView.ts';
import { defineRoute, type Route } from '../route.ts';
import { runAfterWaiting, type RunWatcher } from './shared.ts';

export interface ListenerSource {
  readonly list: () => readonly ListenerInfo[];
  readonly problems: () => readonly ListenerProblem[];
}

export interface ManualRuns extends RunWatcher {
  /** Stores a run of the listener, or throws `listener_not_found` with the nearest names. */
  readonly startByHand: (
    environmentId: number,
    action: string,
    input: { readonly props?: JsonObject; readonly event?: Json },
  ) => Promise<{ readonly id: string }>;
}

const ListenerList = Type.Object({
  ...listOf(ListenerView).properties,
  problems: Type.Array(Type.Object({ file: Type.String(), message: Type.String() }), {
    description: 'Files that gave no listener, and why.',
  }),
});

const RunByHand = Type.Object(
  {
    props: Type.Optional(Type.Unsafe<JsonObject>({ type: 'object', default: {} })),
    event: Type.Optional(Type.Unsafe<Json>({ description: 'Any JSON; default `{}`.' })),
    wait: Type.Optional(Type.Boolean({ default: false, description: 'Waits up to 10 s and shows the run.' })),
  },
  { additionalProperties: false },
);

export function listenerRoutes(deps: {
  readonly listeners: ListenerSource;
  readonly runs: ManualRuns;
}): readonly Route[] {
  const { listeners, runs } = deps;
  const tag = 'Listeners';
  return [
    defineRoute({
      method: 'get',
      path: '/app/listeners',
      summary: 'List listeners',
      tag,
      auth: 'read',
      responses: { 200: { description: 'All listeners, by name.', schema: ListenerList } },
      handle: () => ({
        status: 200,
        body: { data: listeners.list().map(viewOf), next_cursor: null, problems: listeners.problems() },
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/listeners/:name/run',
      summary: 'Run a listener by hand',
      tag,
      auth: 'write',
      params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }),
      body: RunByHand,
      bodyOptional: true,
      example: { props: { userId: 1 }, event: { triggerData: 'someData' }, wait: true },
      responses: {
        200: { description: 'The run, where `wait` was asked for.', schema: Run },
        202: { description: 'Stored and due.', schema: RunAccepted },
      },
      errors: ['listener_not_found', 'overloaded', 'stopping'],
      handle: async ({ access: { environmentId }, params, body }) => {
        const { props = {}, event = {}, wait = false } = body;
        const { id } = await runs.startByHand(environmentId, params.name, { props, event });
        if (wait) return { status: 200, body: await runAfterWaiting(runs, environmentId, id) };
        return { status: 202, body: { run: id, status: 'queued' } satisfies RunAccepted };
      },
    }),
  ];
}

function viewOf(info: ListenerInfo): Static<typeof ListenerView> {
  return {
    name: info.name,
    file: info.file,
    props_schema: info.propsSchema ?? null,
    event_schema: info.eventSchema ?? null,
    timeout_ms: info.timeoutMs,
    retries_ms: [...info.retries],
    concurrency: info.concurrency,
    rate: info.rate && { limit: info.rate.limit, per_ms: info.rate.perMs, by: info.rate.by },
    debounce: info.debounce && {
      wait_ms: info.debounce.waitMs,
      max_wait_ms: info.debounce.maxWaitMs,
      by: info.debounce.by,
    },
    batch: info.batch && { size: info.batch.size, wait_ms: info.batch.waitMs, by: info.batch.by },
    memory_mb: info.memoryMb,
  };
}
