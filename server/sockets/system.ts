/**
 * System listeners: functions of fixed names in `listeners/` that run when something happens to the app. All are
 * optional, and none can keep a session from working: views open without waiting for them.
 *
 *   onEnvStart        the server has started; once for each environment. A good time to forget sessions of before, as a
 *                     server that stops runs no onSessionStop
 *   onUserFirstJoin   a user is here for the first time. Marked as done only when it has succeeded: otherwise it runs
 *                     again at the next session. Not for guests and programs
 *   onSessionStart    a browser (or program) has come; after onUserFirstJoin's first attempt, where that runs
 *   onSessionStop     it has gone, and has not come back within two minutes; at once where it said goodbye, or its
 *                     session was ended
 *   onUserLeave       after onSessionStop, where it was the user's last
 *
 * Each gets `{}` as props. The event of onEnvStart is `{}`, that of all others
 * `{ session: 'con_…', user: { id, name, email, roles } | null }`.
 */
import { setMaxListeners } from 'node:events';
import type { Logger } from '../lib/log.ts';
import { jsonEvent } from '../runs/document.ts';
import type { StartRun } from '../runs/start.ts';
import type { RunResult, RunWaiters } from '../runs/waiters.ts';
import { environments } from '../schemas/app.ts';
import type { JsonObject } from '../schemas/json.ts';
import type { User } from '../schemas/user.ts';
import type { Visit } from './visit.ts';

export interface SystemDeps {
  readonly startRun: StartRun;
  readonly waiters: Pick<RunWaiters, 'follow'>;
  readonly hasListener: (name: string) => boolean;
  readonly users: { readonly markJoined: (environmentId: number, userId: string) => Promise<void> };
  readonly log: Pick<Logger, 'error'>;
}

interface SystemRun {
  readonly name: string;
  readonly environmentId: number;
  readonly event: JsonObject;
  readonly userId?: string | null;
  readonly connection?: string;
}

/** A first join that is under way or was stored is not stored again, however long ago. */
const FOR_EVER_MS = 100 * 366 * 24 * 60 * 60_000;

export function createSystem({ startRun, waiters, hasListener, users, log }: SystemDeps) {
  const joining = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);

  return {
    environmentsStarted: async (): Promise<void> => {
      await Promise.all(environments.map(({ id }) => run({ name: 'onEnvStart', environmentId: id, event: {} })));
    },

    visitBegan: async (visit: Visit): Promise<void> => {
      const { user } = visit.caller;
      if (user?.joined_at === null && hasListener('onUserFirstJoin')) await join(visit, user);
      await run({ ...about(visit), name: 'onSessionStart', connection: visit.id });
    },

    visitEnded: async (visit: Visit, isUsersLast: boolean): Promise<void> => {
      await visit.begun;
      await run({ ...about(visit), name: 'onSessionStop' });
      if (isUsersLast && visit.caller.user !== null) await run({ ...about(visit), name: 'onUserLeave' });
    },

    stop: () => {
      stopping.abort();
    },
  };

  /** Two browsers of one user that come at once wait for the same run. Settles with its first outcome. */
  function join(visit: Visit, user: User): Promise<void> {
    const key = `${visit.environmentId}:${user.id}`;
    const known = joining.get(key);
    if (known !== undefined) return known;
    const joined = startJoin(visit, user, key).catch((error: unknown) => {
      joining.delete(key);
      log.error({ err: error, userId: user.id }, 'system.failed');
    });
    joining.set(key, joined);
    return joined;
  }

  async function startJoin(visit: Visit, user: User, key: string): Promise<void> {
    const start = (windowMs: number) =>
      startRun({
        ...toRun({ ...about(visit), name: 'onUserFirstJoin', connection: visit.id }),
        dedupe: { keys: [`first-join:${key}`], windowMs },
      });
    let started = await start(FOR_EVER_MS);
    let outcome = await firstOutcome(started.id);
    if (started.isDuplicate && outcome !== undefined && hasFailed(outcome)) {
      started = await start(0); // it was of an earlier session, and nobody tries it again
      outcome = await firstOutcome(started.id);
    }

    /** Goes on listening after the first outcome, as a later attempt may be the one that succeeds. */
    function firstOutcome(id: string): Promise<RunResult | undefined> {
      return new Promise((resolve) => {
        stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
        waiters.follow(
          visit.environmentId,
          id,
          (result) => {
            void settle(result).finally(() => resolve(result));
          },
          stopping.signal,
        );
      });
    }

    async function settle(result: RunResult): Promise<void> {
      if (result.status === 'queued') return;
      joining.delete(key);
      if (result.status !== 'succeeded') return;
      await users.markJoined(visit.environmentId, user.id).catch((error: unknown) => {
        log.error({ err: error, userId: user.id }, 'system.not_marked'); // the next session finds that it succeeded
      });
    }
  }

  /** Stores the run where there is such a listener. Never rejects. */
  async function run(wanted: SystemRun): Promise<void> {
    if (!hasListener(wanted.name)) return;
    try {
      await startRun(toRun(wanted));
    } catch (error) {
      log.error({ err: error, name: wanted.name }, 'system.failed');
    }
  }
}

function hasFailed({ status }: RunResult): boolean {
  return status === 'dead' || status === 'canceled';
}

function about({ id, environmentId, caller: { who, user } }: Visit): Omit<SystemRun, 'name'> {
  const person = user && { id: user.id, name: user.name, email: user.email, roles: user.roles };
  return { environmentId, event: { session: id, user: person }, userId: who.userId };
}

function toRun({ name, environmentId, event, userId, connection }: SystemRun): Parameters<StartRun>[0] {
  return {
    environmentId,
    action: name,
    trigger: { type: 'system', name },
    ...(userId != null && { userId }),
    ...(connection !== undefined && { connection }),
    propsJson: '{}',
    event: jsonEvent(event),
  };
}
