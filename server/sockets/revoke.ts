/**
 * Rights that end or change while somebody is connected. Sessions and users tell of it themselves. Tokens are looked at
 * twice a second, each distinct one once however many connections it has: looking is answered from memory for most of a
 * second, and a token revoked by this process is forgotten at once, so none outlives its revocation by a second.
 * Sessions are looked at once a minute as well, since they also run out, or end or change in another process; being
 * looked at keeps none alive.
 */
import { AppError } from '../lib/errors.ts';
import type { User } from '../schemas/user.ts';
import { userOf, type Caller } from './caller.ts';
import { closeSurely } from './closing.ts';
import type { SocketLimits } from './limits.ts';
import type { SocketsDeps } from './ports.ts';
import type { Problems } from './problems.ts';
import type { OpenRoute, Visit } from './visit.ts';
import type { Visits } from './visits.ts';

export interface RevokeDeps extends Pick<SocketsDeps, 'authenticate' | 'sessions' | 'users'> {
  readonly visits: Pick<Visits, 'all' | 'end'>;
  readonly reopen: (route: OpenRoute) => Promise<void>;
  readonly greetAgain: (visit: Visit) => void;
  readonly problems: Problems;
  readonly limits: Pick<SocketLimits, 'tokenSweepMs' | 'sessionSweepMs'>;
}

export interface Revoke {
  readonly start: () => void;
  readonly stop: () => void;
}

export function createRevoke(deps: RevokeDeps): Revoke {
  const { authenticate, sessions, users, visits, reopen, greetAgain, problems, limits } = deps;
  const sweeps: { stop: () => void }[] = [];

  function endAll(isOver: (caller: Caller) => boolean): void {
    for (const visit of [...visits.all()]) if (isOver(visit.caller)) end(visit);
  }

  /** The transport is closed, not the client sent away: it comes back by itself, as whoever it is then. */
  function end(visit: Visit): void {
    const { socket } = visit;
    const problem = problems.problemFor(new AppError('unauthorized', { detail: 'The session or token has ended.' }));
    for (const { name, watcher } of visit.routes.values()) {
      if (watcher !== undefined) socket?.emit('gone', { route: name, problem });
    }
    visits.end(visit);
    if (socket === undefined) return;
    socket.data.visit = undefined;
    closeSurely(socket.conn);
  }

  function change(user: User): void {
    if (user.status !== 'active') {
      endAll(({ who }) => who.userId === user.id);
      return;
    }
    for (const visit of [...visits.all()]) {
      const { caller, environmentId } = visit;
      if (caller.sessionId === null || caller.user?.id !== user.id) continue;
      const hadRoles = caller.who.roles;
      visit.caller = userOf(environmentId, caller.sessionId, user);
      if (visit.socket === undefined) continue;
      visit.socket.data.caller = visit.caller;
      greetAgain(visit);
      if (String(hadRoles) !== String(visit.caller.who.roles)) {
        for (const route of [...visit.routes.values()]) void reopen(route);
      }
    }
  }

  async function sweepTokens(): Promise<void> {
    const texts = new Set([...visits.all()].map(({ caller }) => caller.token?.text));
    for (const text of texts) {
      if (text === undefined || (await authenticate(text)) !== undefined) continue;
      endAll(({ token }) => token?.text === text);
    }
  }

  async function sweepSessions(): Promise<void> {
    for (const visit of [...visits.all()]) {
      const { socket, caller, environmentId } = visit;
      if (socket === undefined || caller.sessionId === null) continue;
      const found = await sessions.look(socket.request.headers.cookie, environmentId);
      if (found?.sessionId !== caller.sessionId) endAll(({ sessionId }) => sessionId === caller.sessionId);
      else if (String(found.user.roles) !== String(caller.user?.roles)) change(found.user);
    }
  }

  return {
    start: () => {
      sessions.onEnded(({ sessionIds }) => {
        endAll(({ sessionId }) => sessionId !== null && sessionIds.includes(sessionId));
      });
      users.onChanged(change);
      sweeps.push(sweepEvery(limits.tokenSweepMs, sweepTokens), sweepEvery(limits.sessionSweepMs, sweepSessions));
    },
    stop: () => {
      sweeps.splice(0).forEach((sweep) => sweep.stop());
    },
  };
}

/** One after the other: a slow look is not overtaken. A database that is away revokes nothing. */
function sweepEvery(everyMs: number, sweep: () => Promise<void>): { stop: () => void } {
  let isStopped = false;
  let timer = setTimeout(look, everyMs);
  function look(): void {
    sweep()
      .catch(() => undefined)
      .finally(() => {
        if (!isStopped) timer = setTimeout(look, everyMs);
      });
  }
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
