/** A stored run as the management API shows it. */
import type { Json } from '../schemas/json.ts';
import type { RequestInfo } from '../schemas/run.ts';
import type { AttemptView, Run, RunSummary } from '../schemas/runView.ts';
import { bytesOf, listOf, type RunDocument } from './document.ts';

/** Reads an event's bytes as its kind says. */
export type ReadEvent = (kind: RunDocument['event_kind'], bytes: Uint8Array) => Json;

export function toSummary(run: RunDocument): RunSummary {
  return {
    id: run._id,
    status: run.status,
    action: run.action,
    trigger: run.trigger,
    environment_id: run.environment_id,
    attempt: run.attempt,
    error: run.error ?? null,
    created_at: run.created_at.toISOString(),
    due_at: run.status === 'queued' ? isoOrNull(run.due_at) : null,
    finished_at: isoOrNull(run.finished_at),
    priority: run.priority ?? 'normal',
  };
}

export function toView(run: RunDocument, readEvent: ReadEvent): Run {
  return {
    ...toSummary(run),
    props: JSON.parse(run.props) as Record<string, unknown>,
    event: run.events
      ? readEvent('json', listOf(run.events.map(bytesOf)))
      : readEvent(run.event_kind, bytesOf(run.event)),
    request: run.request === undefined ? null : toRequest(JSON.parse(run.request) as RequestInfo),
    attempts: toAttempts(run),
    logs: (run.logs ?? []).map(({ at, level, message, data }) => ({
      at,
      level,
      message,
      ...(data !== undefined && { data }),
    })),
    result: run.result == null ? null : (JSON.parse(run.result) as Json),
    dedupe_key: run.dedupe_keys?.[0] ?? null,
  };
}

function toAttempts(run: RunDocument): AttemptView[] {
  const attempts = (run.attempts ?? []).map((stored): AttemptView => ({
    attempt: stored.attempt,
    started_at: stored.started_at.toISOString(),
    duration_ms: stored.duration_ms,
    status: stored.status,
    error: stored.error ?? null,
  }));
  if (run.status !== 'running') return attempts;
  const startedAt = (run.claimed_at ?? run.created_at).toISOString();
  return [
    ...attempts,
    { attempt: run.attempt, started_at: startedAt, duration_ms: null, status: 'running', error: null },
  ];
}

function toRequest({ query, ...request }: RequestInfo): NonNullable<Run['request']> {
  return {
    ...request,
    query: Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
    ),
  };
}

function isoOrNull(time: Date | undefined): string | null {
  return time?.toISOString() ?? null;
}
