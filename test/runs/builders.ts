import type { RunDocument } from '../../server/runs/document.ts';

/** A run that is being attempted for the first time, unless told otherwise. */
export function aRun(change: Partial<RunDocument> = {}): RunDocument {
  return {
    _id: 'run_01',
    environment_id: 2,
    action: 'exampleListener',
    trigger: { type: 'manual' },
    status: 'running',
    attempt: 1,
    owner: 'me',
    lane: '',
    props: '{}',
    event_kind: 'none',
    event: new Uint8Array(),
    created_at: new Date(1_000),
    claimed_at: new Date(2_000),
    due_at: new Date(32_000),
    ...change,
  };
}

export const failedAttempt = (attempt: number) => ({
  attempt,
  status: 'failed' as const,
  started_at: new Date(0),
  duration_ms: 1,
});
