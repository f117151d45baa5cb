/** One wide line and one measurement per request, when it is over. Routes are named by their pattern: URLs hold secrets. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from './metrics.ts';

/** Whose request it is, as far as the log tells. */
interface Caller {
  readonly environmentId: number;
  readonly tokenId?: string;
  readonly session?: { readonly user: { readonly id: string } };
}

/** What becomes known of a request on its way. */
export interface RequestNote {
  readonly requestId: string;
  route: string;
  access?: Caller | undefined;
  /** The error code, where it ended in one. */
  code?: string;
}

export interface RequestLogDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'requestDone'>;
}

export function logRequest(
  req: IncomingMessage & { readonly ip?: string | undefined },
  res: ServerResponse,
  note: RequestNote,
  { log, clock, metrics }: RequestLogDeps,
): void {
  const startedAt = clock.now();
  res.once('close', () => {
    const durationMs = clock.now() - startedAt;
    const method = req.method ?? '';
    const line = {
      method,
      route: note.route,
      status: res.statusCode,
      durationMs,
      requestId: note.requestId,
      environment: note.access?.environmentId,
      tokenId: note.access?.tokenId,
      userId: note.access?.session?.user.id,
      code: note.code,
      caller: req.ip ?? req.socket.remoteAddress,
      isCut: res.writableFinished ? undefined : true,
    };
    // Probes and scrapes come every few seconds and say nothing while they succeed.
    const isRoutine = res.statusCode < 400 && /^\/(health|metrics)/.test(note.route);
    if (isRoutine) log.debug(line, 'http.request');
    else log.info(line, 'http.request');
    metrics.requestDone({ route: note.route, method, status: res.statusCode, durationMs });
  });
}
