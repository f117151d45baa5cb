/** Crons as they are stored, a clock that is moved by hand, and runs that are kept in memory as the database keeps them. */
import { createIdMaker } from '../../server/lib/ids.ts';
import { CRONS_LANE, type CronDocument } from '../../server/crons/document.ts';
import type { FireDeps } from '../../server/crons/fire.ts';
import { nearest } from '../../server/lib/nearest.ts';
import { AppError } from '../../server/lib/errors.ts';
import type { Logger } from '../../server/lib/log.ts';
import type { NewRun } from '../../server/runs/document.ts';
import type { JsonObject } from '../../server/schemas/json.ts';
import type { RunStatus } from '../../server/schemas/run.ts';

export const newId = createIdMaker(() => Date.now());
export const at = (time: string): number => Date.parse(time);

export interface TestClock {
  readonly now: () => number;
  readonly set: (time: string | number) => void;
}

export function aClock(time: string): TestClock {
  let nowMs = at(time);
  return {
    now: () => nowMs,
    set: (next) => {
      nowMs = typeof next === 'number' ? next : at(next);
    },
  };
}

/** Every minute, due at the given time, claimed by nobody. */
export function aCron({ next, ...given }: Partial<CronDocument> & { readonly next: string }): CronDocument {
  const _id = given._id ?? newId('crn');
  return {
    _id,
    status: 'queued',
    lane: CRONS_LANE,
    due_at: new Date(next),
    attempt: 0,
    environment_id: 1,
    name: _id,
    listener_name: 'sweep',
    schedule: '* * * * *',
    timezone: 'UTC',
    props: '{"a":1}',
    overlap: 'allow',
    missed: 'once',
    next_at: new Date(next),
    last_run: null,
    last_skipped: null,
    created_at: new Date(0),
    updated_at: new Date(0),
    ...given,
  };
}

/** One run per id, as the database has it; `fail` says which start fails, and with what. */
export function someRuns(fail: (input: NewRun) => Error | undefined = () => undefined) {
  const started: NewRun[] = [];
  const statuses = new Map<string, RunStatus>();
  const open = (cronId: string, wanted: readonly RunStatus[]): number =>
    started.filter((run) => run.cronId === cronId && wanted.includes(statuses.get(run.id!)!)).length;
  return {
    started,
    statuses,
    /** The ticks that were started, in order. */
    ticks: () => started.map(({ trigger }) => (trigger.type === 'cron' ? trigger.scheduled_at : '')),
    end: () => started.forEach(({ id }) => statuses.set(id!, 'succeeded')),
    begin: () => started.forEach(({ id }) => statuses.set(id!, 'running')),
    deps: {
      startRun: (input: NewRun) => {
        const error = fail(input);
        if (error !== undefined) return Promise.reject(error);
        const id = input.id ?? newId('run');
        if (statuses.has(id)) return Promise.resolve({ id, isDuplicate: true });
        started.push({ ...input, id });
        statuses.set(id, 'queued');
        return Promise.resolve({ id, isDuplicate: false });
      },
      cronGate: (environmentId: number, cronId: string) => `gate:${environmentId}:${cronId}`,
      isAtWork: (cronId: string) => Promise.resolve(open(cronId, ['queued', 'running']) > 0),
      waitingOf: (cronId: string) => Promise.resolve(open(cronId, ['queued'])),
      statusesOf: (ids: readonly string[]) =>
        Promise.resolve(new Map(ids.flatMap((id) => (statuses.has(id) ? [[id, statuses.get(id)!] as const] : [])))),
    } satisfies Partial<FireDeps>,
  };
}

export const overloaded = () => new AppError('overloaded');

/** `sweep` takes anything, `report` wants a customer. */
export const listeners = {
  get: (name: string): { readonly propsSchema?: JsonObject } | undefined => known[name],
  nearest: (name: string) => nearest(name, Object.keys(known)),
};

const known: Readonly<Record<string, { readonly propsSchema?: JsonObject }>> = {
  sweep: {},
  report: {
    propsSchema: { type: 'object', properties: { customer: { type: 'string' } }, required: ['customer'] },
  },
};

export function collectingLogger(): { readonly log: Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (members: object, msg?: string): void => void lines.push({ ...members, msg });
  return {
    lines,
    log: { debug: write, info: write, warn: write, error: write, fatal: write, isLevelEnabled: () => true },
  };
}
