/**
 * What the management API and a listener's `api.crons` may do with crons. Everything that can be wrong with a cron is
 * found when it is made or changed, not when its tick comes.
 */
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { StartRun } from '../runs/start.ts';
import {
  MAX_CRONS_PER_ENVIRONMENT,
  type Cron,
  type CronCreate,
  type CronFilter,
  type CronPatch,
  type UpcomingTick,
} from '../schemas/cron.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import type { RunFilter, RunSummary } from '../schemas/runView.ts';
import type { CronDocument } from './document.ts';
import { createCronDrafts, type CronDraftDeps } from './draft.ts';
import { runOf, type CronGate } from './run.ts';
import type { CronStore } from './store.ts';
import { createUpcoming } from './upcoming.ts';
import type { Timetable } from './timetable.ts';
import { createCronView, type CronViewDeps } from './view.ts';

export interface ManageCronsDeps extends CronDraftDeps, Pick<CronViewDeps, 'statusesOf'> {
  readonly store: Omit<CronStore, 'ensureIndexes'>;
  readonly timetable: Pick<Timetable, 'next' | 'nextFew'>;
  readonly startRun: StartRun;
  readonly cronGate: CronGate;
  readonly runs: {
    readonly list: (environmentId: number, filter: RunFilter, page: Page) => Promise<PageOf<RunSummary>>;
  };
  /** Something in the crons' lane may be due earlier than was known. */
  readonly notice: () => void;
  readonly clock: Clock;
}

/** Crons are found by their names or ids; `not_found` where there is none in the environment. */
export interface ManageCrons {
  readonly create: (environmentId: number, input: CronCreate) => Promise<Cron>;
  /** Oldest first. */
  readonly list: (environmentId: number, filter: CronFilter, page: Page) => Promise<PageOf<Cron>>;
  readonly get: (environmentId: number, name: string) => Promise<Cron>;
  /** Members left out stay as they are; what was missed while it was paused is not caught up. */
  readonly update: (environmentId: number, name: string, input: CronPatch) => Promise<Cron>;
  /** Its runs stay, also those that wait. */
  readonly remove: (environmentId: number, name: string) => Promise<void>;
  /** Starts a run now, also of a paused one; `listener_not_found` where there is nothing to run. */
  readonly runNow: (environmentId: number, name: string) => Promise<{ readonly run: string }>;
  /** Its runs, newest first. */
  readonly history: (environmentId: number, name: string, page: Page) => Promise<PageOf<RunSummary>>;
  /** The ticks of all active crons until then, a day from now by default, in time order. */
  readonly upcoming: (environmentId: number, until: Date | undefined, page: Page) => Promise<PageOf<UpcomingTick>>;
}

const MAX_TRIES = 5;

export function createManageCrons(deps: ManageCronsDeps): ManageCrons {
  const { store, listeners, startRun, cronGate, runs, notice, clock } = deps;
  const drafts = createCronDrafts(deps);
  const viewCrons = createCronView(deps);
  const viewOne = async (cron: CronDocument): Promise<Cron> => (await viewCrons([cron]))[0]!;

  async function find(environmentId: number, name: string): Promise<CronDocument> {
    const cron = await store.get(environmentId, name);
    if (cron === null) throw notFound(name);
    return cron;
  }

  return {
    create: async (environmentId, input) => {
      const cron = drafts.make(environmentId, input);
      if ((await store.count(environmentId)) >= MAX_CRONS_PER_ENVIRONMENT) {
        throw new AppError('conflict', {
          detail: `This environment has ${MAX_CRONS_PER_ENVIRONMENT} crons, the most there may be; delete some first.`,
        });
      }
      if (!(await store.insert(environmentId, cron))) throw nameTaken(cron.name);
      notice();
      return viewOne(cron);
    },

    list: async (environmentId, filter, page) => {
      const { items, next } = await store.list(environmentId, filter, page);
      return { items: await viewCrons(items), next };
    },

    get: async (environmentId, name) => viewOne(await find(environmentId, name)),

    update: async (environmentId, name, input) => {
      for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
        const read = await find(environmentId, name);
        const changed = await store.change(environmentId, read, drafts.change(read, input));
        if (changed === 'taken') throw nameTaken(input.name ?? name);
        if (changed === 'stale') continue; // somebody else wrote, or its tick came, in between
        notice();
        return viewOne(changed);
      }
      throw new AppError('conflict', { detail: 'The cron is being changed by others at this moment; try again.' });
    },

    remove: async (environmentId, name) => {
      if (!(await store.remove(environmentId, name))) throw notFound(name);
    },

    runNow: async (environmentId, name) => {
      const cron = await find(environmentId, name);
      if (listeners.get(cron.listener_name) === undefined) throw listenerGone(cron, listeners);
      const now = new Date(clock.now());
      const { id } = await startRun(runOf(cron, now, cronGate));
      await store.setLastRun(environmentId, cron._id, { id, scheduled_at: now });
      return { run: id };
    },

    history: async (environmentId, name, page) => {
      const { _id } = await find(environmentId, name);
      return runs.list(environmentId, { cron: _id }, page);
    },

    upcoming: createUpcoming(deps),
  };
}

function notFound(name: string): AppError {
  return new AppError('not_found', { detail: `There is no cron '${name}' in this environment.` });
}

function nameTaken(name: string): AppError {
  return new AppError('conflict', {
    detail: `There is a cron '${name}' in this environment already; expected another name.`,
    errors: [{ in: 'body', path: '/name', message: 'is taken' }],
  });
}

function listenerGone({ name, listener_name }: CronDocument, listeners: ManageCronsDeps['listeners']): AppError {
  const nearest = listeners.nearest(listener_name);
  const hint = nearest.length === 0 ? '' : ` Did you mean ${nearest.join(' or ')}?`;
  return new AppError('listener_not_found', {
    detail: `The cron '${name}' runs the listener '${listener_name}', which is not in listeners/ any more.${hint}`,
    extra: { nearest },
  });
}
