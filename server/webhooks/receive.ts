/**
 * Decides what a request to a webhook's URL comes to. In this order, so that each step may trust the ones before:
 * find the webhook → handshakes by method → method → signature over the raw bytes → enabled → loop → parse → handshakes
 * by body → schema → dedupe keys → store the run → answer. Nothing is stored before the last check has passed.
 */
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { StartRun } from '../runs/start.ts';
import type { RunWaiters } from '../runs/waiters.ts';
import { HOPS_HEADER, MAX_HOPS } from '../schemas/event.ts';
import type { RequestInfo } from '../schemas/run.ts';
import type { RunAccepted } from '../schemas/runView.ts';
import { parseEventBody } from './body.ts';
import { dedupeKeysOf } from './dedupe.ts';
import { answerCloudEvents, answerMeta, answerSlack } from './handshakes.ts';
import type { WebhookCache } from './cache.ts';
import type { ReadyWebhook } from './ready.ts';
import { requestInfoOf, type InboundRequest } from './request.ts';
import { verifyError, verifyRequest } from './verify/verify.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the log. */
  readonly runId?: string;
}

export type Receive = (request: InboundRequest) => Promise<Reply>;

export interface ReceiveDeps {
  readonly appUuid: string;
  readonly webhooks: Pick<WebhookCache, 'peek' | 'get'>;
  readonly startRun: StartRun;
  readonly waiters: Pick<RunWaiters, 'wait'>;
  readonly clock: Clock;
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

/** Callers that may wait for a result at a time: each holds a connection open. */
const MAX_WAITING = 200;

export function createReceive({ appUuid, webhooks, startRun, waiters, clock }: ReceiveDeps): Receive {
  let waiting = 0;

  return async function receive(request) {
    const webhook = await find(request);
    const info = requestInfoOf(request, webhook.secretHeaders);
    const greeting = request.method === 'POST' ? null : greet(webhook, request, info.query);
    if (greeting !== null) return greeting;
    requireMethod(webhook, request.method);

    const signed = { headers: request.headers, rawBody: request.body, nowMs: clock.now() };
    const verdict = verifyRequest(webhook.verify, signed);
    if (!verdict.ok) throw verifyError(verdict.reason);
    if (!webhook.enabled) throw new AppError('webhook_disabled', { detail: 'This webhook is switched off.' });
    const hops = hopsOf(request);

    const event = parseEventBody(request.headers['content-type'], request.body);
    const slack = event.kind === 'json' ? answerSlack(webhook.verify.type, event.value) : null;
    if (slack !== null) return slack;
    const faults = webhook.checkEvent?.(event.value) ?? [];
    if (faults.length > 0) {
      throw new AppError('schema_mismatch', {
        detail: 'The body does not fit the schema of this webhook.',
        errors: faults,
      });
    }
    if (webhook.respond === 'result' && waiting >= MAX_WAITING) {
      throw new AppError('overloaded', {
        detail: `${MAX_WAITING} callers are waiting for results already.`,
        retryAfterS: 1,
      });
    }

    const dedupe = dedupeKeysOf({ webhook, request: signed, verdict, event });
    const run = await startRun({
      environmentId: webhook.environmentId,
      action: webhook.action,
      trigger: { type: 'webhook', webhook: request.webhookUuid },
      webhookId: webhook.id,
      userId: webhook.userId,
      propsJson: webhook.propsJson,
      event: { kind: event.kind, bytes: request.body },
      request: info,
      hops,
      ...(dedupe && { dedupe }),
    });
    if (run.isDuplicate) return accepted({ run: run.id, status: 'queued', duplicate: true });
    return webhook.respond === 'result' ? result(webhook, run.id) : accepted({ run: run.id, status: 'queued' });
  };

  /** One and the same 404, whether app or webhook is unknown, the two do not belong together, or a uuid is none. */
  async function find(request: InboundRequest): Promise<ReadyWebhook> {
    const isOurs = request.appUuid === appUuid;
    const remembered = isOurs ? webhooks.peek(request.webhookUuid) : null;
    const webhook = remembered === undefined ? await webhooks.get(request.webhookUuid) : remembered;
    if (webhook === null) throw new AppError('not_found');
    return webhook;
  }

  async function result(webhook: ReadyWebhook, runId: string): Promise<Reply> {
    waiting++;
    try {
      const outcome = await waiters.wait(webhook.environmentId, runId, webhook.respondTimeoutMs);
      const extra = { run: runId };
      if (outcome === undefined) {
        throw new AppError('run_timeout', {
          detail: `The run did not end within ${webhook.respondTimeoutMs} ms; it goes on.`,
          extra,
        });
      }
      if (outcome.status !== 'succeeded') {
        const { code = outcome.status, message = `The run is ${outcome.status}.` } = outcome.error ?? {};
        throw new AppError('run_failed', { detail: message, extra: { ...extra, run_error: code } });
      }
      return { status: 200, headers: JSON_HEADERS, body: outcome.result ?? 'null', runId };
    } finally {
      waiting--;
    }
  }
}

/** Handshakes that come with a method of their own. */
function greet(webhook: ReadyWebhook, { method, headers }: InboundRequest, query: RequestInfo['query']): Reply | null {
  const { allowedOrigins, hubVerifyToken } = webhook;
  return answerCloudEvents({ method, headers, allowedOrigins }) ?? answerMeta({ method, query, hubVerifyToken });
}

function requireMethod(webhook: ReadyWebhook, method: string): void {
  if (webhook.methods.has(method)) return;
  throw new AppError('method_not_allowed', {
    detail: `This webhook takes ${[...webhook.methods].join(', ')}, not ${method}.`,
    allow: [...webhook.methods],
  });
}

/**
 * How many deliveries of ours led here, as the last of them said. Others may say so too, which gains them nothing but
 * an end.
 */
function hopsOf({ headers }: InboundRequest): number {
  const told = (headers[HOPS_HEADER] ?? []).filter((value) => /^\d{1,3}$/.test(value)).map(Number);
  const hops = Math.max(0, ...told);
  if (hops <= MAX_HOPS) return hops;
  throw new AppError('loop_detected', {
    detail: `The header ${HOPS_HEADER} says ${hops}: an event came back through more than ${MAX_HOPS} deliveries of our own.`,
  });
}

function accepted(body: RunAccepted): Reply {
  return { status: 202, headers: JSON_HEADERS, body: JSON.stringify(body), runId: body.run };
}
