/**
 * One connection, from its greeting to its end. Messages are counted: above 20 a second, after a burst of 60, they are
 * answered `rate_limited`, and a client that goes on like that is disconnected.
 */
import { AppError } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { environmentName } from '../schemas/app.ts';
import type { Failed, Hello } from '../schemas/socket.ts';
import { isBehind } from './backlog.ts';
import type { Caller } from './caller.ts';
import { closeSurely } from './closing.ts';
import type { SocketLimits } from './limits.ts';
import { createMeter } from './meter.ts';
import type { Problems } from './problems.ts';
import type { Routes } from './routes.ts';
import type { createPress } from './press.ts';
import type { EdgeSocket } from './visit.ts';
import type { Visits } from './visits.ts';

export interface ConnectionDeps {
  readonly visits: Visits;
  readonly routes: Routes;
  readonly press: ReturnType<typeof createPress>;
  readonly hello: (caller: Caller) => Hello;
  readonly problems: Problems;
  readonly limits: Pick<SocketLimits, 'messagesPerSecond' | 'messageBurst' | 'messageDebt'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Answers that a client asks for and does not read: one that asks on is only after the server's memory. */
const UNREAD = { backlogPackets: 2_000, backlogBytes: 16 * 1024 * 1024 };

export function createConnect({ visits, routes, press, hello, problems, limits, clock, log }: ConnectionDeps) {
  return function connect(socket: EdgeSocket): void {
    const { caller } = socket.data;
    const startedAt = clock.now();
    socket.data.visit = visits.create(socket, caller);
    countMessages(socket);
    socket.on('open', answered(routes.open, socket));
    socket.on('run', answered(press, socket));
    socket.on('close', (input: unknown) => {
      try {
        routes.close(socket, input);
      } catch (error) {
        problems.problemFor(error); // there is nobody to tell: closing has no answer
      }
    });
    socket.on('disconnect', (reason) => {
      const { visit } = socket.data;
      log.info(
        {
          environment: environmentName(caller.who.environmentId),
          connection: visit?.id,
          userId: caller.who.userId,
          tokenId: caller.token?.id,
          openRoutes: visit?.routes.size ?? 0,
          durationMs: clock.now() - startedAt,
          reason,
        },
        'socket.closed',
      );
      socket.data.visit = undefined;
      if (visit === undefined) return;
      // Whoever says goodbye does not come back to where they were.
      if (reason === 'client namespace disconnect') visits.end(visit);
      else visits.leave(visit);
    });
    socket.emit('hello', hello(caller));
  };

  function countMessages(socket: EdgeSocket): void {
    const count = createMeter({
      perSecond: limits.messagesPerSecond,
      burst: limits.messageBurst,
      debt: limits.messageDebt,
      now: clock.now,
    });
    socket.use((packet, next) => {
      if (isBehind(socket.conn, UNREAD)) {
        closeSurely(socket.conn);
        return;
      }
      const verdict = count();
      if (verdict === 'fine') {
        next();
        return;
      }
      const answer: unknown = packet.at(-1);
      if (typeof answer === 'function') (answer as (answer: Failed) => void)(failed(tooMany(limits)));
      if (verdict === 'hopeless') {
        socket.disconnect(); // a client that is sent away does not come back by itself
        closeSurely(socket.conn);
      }
    });
  }

  /** Turns what is thrown into the answer. A message without a place for one is not ours. */
  function answered<A>(
    work: (socket: EdgeSocket, input: unknown, answer: (answer: A | Failed) => void) => Promise<void>,
    socket: EdgeSocket,
  ): (input: unknown, answer: (answer: A | Failed) => void) => void {
    return (input, reply) => {
      if (typeof (reply as unknown) !== 'function') return;
      work(socket, input, reply).catch((error: unknown) => reply(failed(error)));
    };
  }

  function failed(error: unknown): Failed {
    return { ok: false, problem: problems.problemFor(error) };
  }
}

function tooMany({ messagesPerSecond }: Pick<SocketLimits, 'messagesPerSecond'>): AppError {
  return new AppError('rate_limited', {
    detail: `More than ${messagesPerSecond} messages a second. Slow down, or the connection is closed.`,
    retryAfterS: 1,
  });
}
