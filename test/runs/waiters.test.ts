import { describe, expect, it } from 'vitest';
import type { RunDocument } from '../../server/runs/document.ts';
import { createRunWaiters, type RunResult } from '../../server/runs/waiters.ts';
import { until } from '../support/until.ts';
import { aRun } from './builders.ts';

const failed = (dueMs: number) => ({
  set: { status: 'queued', due_at: new Date(dueMs), error: { code: 'listener_error', message: 'no' } },
});

function following(find: () => RunDocument | null = () => aRun()) {
  const ending = new AbortController();
  const waiters = createRunWaiters({ find: () => Promise.resolve(find()) });
  const heard: RunResult[] = [];
  waiters.follow(2, 'run_01', (result) => void heard.push(result), ending.signal);
  return { waiters, heard, ending, statuses: () => heard.map(({ status }) => status) };
}

describe('following a run', () => {
  it('tells each failed attempt once, and the end', () => {
    const { waiters, heard } = following();
    waiters.tell({ _id: 'run_01' }, failed(1));
    waiters.tell({ _id: 'run_02' }, { set: { status: 'dead' } });
    waiters.tell({ _id: 'run_01' }, failed(1));
    waiters.tell({ _id: 'run_01' }, failed(2));
    waiters.tell({ _id: 'run_01' }, { set: { status: 'succeeded', result: '1' } });
    waiters.tell({ _id: 'run_01' }, { set: { status: 'succeeded', result: '1' } });
    expect(heard).toMatchObject([
      { status: 'queued', error: { code: 'listener_error' } },
      { status: 'queued' },
      { _id: 'run_01', status: 'succeeded', result: '1' },
    ]);
  });

  it('says nothing of a run that only rests', () => {
    const { waiters, heard } = following();
    waiters.tell({ _id: 'run_01' }, { set: { status: 'queued', due_at: new Date(5), attempt: 0 } });
    expect(heard).toEqual([]);
  });

  it('finds the end of a run that another process executed, or that ended before anybody listened', async () => {
    const { statuses } = following(() => aRun({ status: 'succeeded' }));
    await until('it is found', () => statuses().length === 1);
    expect(statuses()).toEqual(['succeeded']);
  });

  it('finds a failed attempt, and tells it once although it looks again', async () => {
    let looks = 0;
    const { statuses, ending } = following(() => {
      looks++;
      return aRun({ status: 'queued', due_at: new Date(9), error: { code: 'listener_error', message: 'no' } });
    });
    await until('it has looked three times', () => looks >= 3);
    ending.abort();
    expect(statuses()).toEqual(['queued']);
  });

  it('gives up a run that is not there any more', async () => {
    const { statuses } = following(() => null);
    await until('it is told', () => statuses().length > 0);
    expect(statuses()).toEqual(['canceled']);
  });

  it('hears nothing more once it is aborted', () => {
    const { waiters, heard, ending } = following();
    ending.abort();
    waiters.tell({ _id: 'run_01' }, { set: { status: 'succeeded' } });
    expect(heard).toEqual([]);
  });
});
