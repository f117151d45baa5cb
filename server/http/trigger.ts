/**
 * `POST /apps/:app_uuid/webhooks/:webhook_uuid` at the wire: reads the request, hands it to `receive`, writes the
 * answer. Every decision is made there; every header and byte is written here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';
import type { Logger } from '../lib/log.ts';
import type { Receive, Reply } from '../webhooks/receive.ts';
import type { InboundRequest } from '../webhooks/request.ts';
import type { ReadBody } from './body.ts';
import type { ExposureWatch } from './exposure.ts';
import type { TriggerTarget } from './front.ts';
import type { Metrics } from './metrics.ts';
import { problemOf } from './problem.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './requestId.ts';

export interface TriggerDeps {
  readonly receive: Receive;
  readonly readBody: ReadBody;
  readonly exposure: Pick<ExposureWatch, 'observe'>;
  readonly metrics: Pick<Metrics, 'requestDone'>;
  readonly callerAddress: (req: IncomingMessage) => string;
  readonly isStopping: () => boolean;
  readonly newId: NewId;
  readonly clock: Clock;
  readonly log: Logger;
}

export const TRIGGER_ROUTE = '/apps/:app_uuid/webhooks/:webhook_uuid';

const MAX_HEADERS = 100;

export function createTrigger(deps: TriggerDeps) {
  const { receive, readBody, exposure, metrics, callerAddress, isStopping, newId, clock, log } = deps;

  return function trigger(req: IncomingMessage, res: ServerResponse, target: TriggerTarget): void {
    const startedAt = clock.now();
    const requestId = requestIdOf(req, newId);
    exposure.observe(req.headers);
    answer(req, target).then(
      (reply) => finish(reply, undefined),
      (error: unknown) => {
        const { status, headers, body, isBug } = problemOf(error, requestId);
        if (isBug) log.error({ err: error, requestId, route: TRIGGER_ROUTE }, 'http.bug');
        finish({ status, headers, body: JSON.stringify(body) }, body.code);
      },
    );

    function finish(reply: Reply, code: string | undefined): void {
      write(req, res, reply, requestId);
      const durationMs = clock.now() - startedAt;
      const method = req.method ?? '';
      metrics.requestDone({ route: TRIGGER_ROUTE, method, status: reply.status, durationMs });
      // A run says more about itself when it has been attempted; what was refused leaves no other trace.
      if (reply.status < 300 && !log.isLevelEnabled('debug')) return;
      const line = { method, route: TRIGGER_ROUTE, webhook: target.webhookUuid, status: reply.status, code };
      const more = { durationMs, requestId, caller: callerAddress(req), runId: reply.runId };
      log[reply.status < 300 ? 'debug' : 'info']({ ...line, ...more }, 'webhook.received');
    }
  };

  async function answer(req: IncomingMessage, target: TriggerTarget): Promise<Reply> {
    if (isStopping()) throw new AppError('stopping', { retryAfterS: 5 });
    if (req.rawHeaders.length > MAX_HEADERS * 2) throw new AppError('headers_too_large');
    const inbound: InboundRequest = {
      ...target,
      method: req.method ?? 'POST',
      headers: req.headersDistinct,
      body: await readBody(req),
      remoteAddress: callerAddress(req),
    };
    return receive(inbound);
  }
}

function write(req: IncomingMessage, res: ServerResponse, reply: Reply, requestId: string): void {
  if (res.destroyed) return;
  // What is left of a refused body is not read: the connection cannot carry another request.
  const isCut = !req.complete;
  res.writeHead(reply.status, {
    ...reply.headers,
    'content-length': Buffer.byteLength(reply.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    [REQUEST_ID_HEADER]: requestId,
    ...(isCut && { connection: 'close' }),
  });
  res.end(reply.body);
}
