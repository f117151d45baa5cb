import { describe, expect, it } from 'vitest';
import { readNotes } from '../../../server/runs/gates/notes.ts';
import type { RunAtGate } from '../../../server/runs/gates/store.ts';

const LANE = '2:~r:2:work:';
const NOTE = { id: 'run_1', attempt: 3, due_at: new Date(500), at: 900 };

function aRunAtGate(change: Partial<RunAtGate> = {}): RunAtGate {
  return {
    _id: 'run_1',
    status: 'queued',
    lane: LANE,
    due_at: new Date(500),
    attempt: 3,
    environment_id: 2,
    ...change,
  };
}

describe('readNotes', () => {
  const claimed = { status: 'running' as const, lane: '2:', due_at: new Date(9_000) };
  const cases: readonly [string, RunAtGate | undefined, { redo: number; begun: number[]; unbegun: number }][] = [
    ['waits as noted: nobody came to let it through', aRunAtGate(), { redo: 1, begun: [], unbegun: 1 }],
    ['has gone on and not begun', aRunAtGate({ lane: '2:' }), { redo: 0, begun: [], unbegun: 1 }],
    [
      'has begun',
      aRunAtGate({ ...claimed, attempt: 4, claimed_at: new Date(1_234) }),
      { redo: 0, begun: [1_234], unbegun: 0 },
    ],
    [
      'has begun, was lost with its server and begun again',
      aRunAtGate({
        ...claimed,
        attempt: 5,
        claimed_at: new Date(4_000),
        attempts: [{ attempt: 4, started_at: new Date(1_234) }],
      }),
      { redo: 0, begun: [1_234], unbegun: 0 },
    ],
    [
      'has begun, failed and waits here again',
      aRunAtGate({ attempt: 4, due_at: new Date(2_000), attempts: [{ attempt: 4, started_at: new Date(1_234) }] }),
      { redo: 0, begun: [1_234], unbegun: 0 },
    ],
    ['was put off before it went on', aRunAtGate({ due_at: new Date(700) }), { redo: 0, begun: [], unbegun: 0 }],
    ['was canceled before it began', canceled(), { redo: 0, begun: [], unbegun: 0 }],
    ['is gone: it began after it was let through', undefined, { redo: 0, begun: [900], unbegun: 0 }],
  ];

  it.each(cases)('a run that %s', (_name, run, expected) => {
    const { redo, begun, unbegun } = readNotes([NOTE], run === undefined ? [] : [run], LANE);
    expect({ redo: redo.length, begun: begun.map(({ at }) => at), unbegun: unbegun.length }).toEqual(expected);
  });
});

function canceled(): RunAtGate {
  const { lane: _lane, due_at: _dueAt, ...run } = aRunAtGate({ status: 'canceled' });
  return run;
}
