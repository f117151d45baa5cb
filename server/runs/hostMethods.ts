/**
 * The methods behind a listener's `api`, beside its data: webhooks, jobs, events and fetch. Their arguments come from foreign
 * code and are checked here, against the same schemas as the management API's.
 */
import { Type, type Static } from 'typebox';
import type { Egress } from '../lib/egress.ts';
import { AppError } from '../lib/errors.ts';
import { createParser } from '../lib/schema.ts';
import type { Publish } from '../events/document.ts';
import type { Json, JsonObject } from '../schemas/json.ts';
import { priorities } from '../schemas/job.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import { RunStatus } from '../schemas/run.ts';
import { WebhookCreate, type Webhook } from '../schemas/webhook.ts';
import { createEmit } from './emit.ts';
import type { HostMethod } from './host.ts';
import type { ManageJobs } from './jobs.ts';

export interface HostMethodDeps {
  readonly webhooks: {
    readonly create: (environmentId: number, input: WebhookCreate) => Promise<Webhook>;
    readonly list: (
      environmentId: number,
      filter: Static<typeof WebhookFilter>,
      page: Page,
    ) => Promise<PageOf<Webhook>>;
    readonly remove: (environmentId: number, uuid: string) => Promise<void>;
  };
  readonly jobs: ManageJobs;
  readonly publish: Publish;
  readonly egress: Pick<Egress, 'request'>;
  readonly fetchTimeoutMs: number;
}

const closed = { additionalProperties: false };

const WebhookFilter = Type.Object(
  {
    action: Type.Optional(Type.String()),
    user_id: Type.Optional(Type.String()),
    enabled: Type.Optional(Type.Boolean()),
  },
  closed,
);
const WebhookUuid = Type.Object({ uuid: Type.String({ format: 'uuid' }) }, closed);
const Job = Type.Object(
  {
    listener: Type.String({ minLength: 1, maxLength: 200 }),
    props: Type.Optional(Type.Unsafe<JsonObject>({ type: 'object' })),
    event: Type.Optional(Type.Unsafe<Json>({})),
    delayMs: Type.Optional(Type.Number({ minimum: 0 })),
    at: Type.Optional(Type.String({ format: 'date-time' })),
    key: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    priority: Type.Optional(Type.Enum(priorities)),
  },
  closed,
);
const JobFilter = Type.Object({ status: Type.Optional(RunStatus), action: Type.Optional(Type.String()) }, closed);
const JobId = Type.Object({ id: Type.String({ maxLength: 100 }) }, closed);

/** How many of a list a listener is shown. */
const LIST_LIMIT = 250;
const MAX_FETCH_BYTES = 8 * 1024 * 1024;

export function createHostMethods(deps: HostMethodDeps): Readonly<Record<string, HostMethod>> {
  const { webhooks, jobs, publish, egress, fetchTimeoutMs } = deps;
  const parseWebhook = createParser(WebhookCreate, 'body');
  const parseFilter = createParser(WebhookFilter, 'body');
  const parseUuid = createParser(WebhookUuid, 'body');
  const parseJob = createParser(Job, 'body');
  const parseJobFilter = createParser(JobFilter, 'body');
  const parseJobId = createParser(JobId, 'body');

  return {
    'webhooks.create': ({ environmentId }, args) => webhooks.create(environmentId, parseWebhook(args)),

    'webhooks.list': async ({ environmentId }, args) =>
      (await webhooks.list(environmentId, parseFilter(args), { limit: LIST_LIMIT })).items,

    'webhooks.delete': async ({ environmentId }, args) => {
      await webhooks.remove(environmentId, parseUuid(args).uuid);
    },

    'jobs.enqueue': ({ environmentId, runId, userId, hops }, args) => {
      const { at, ...job } = parseJob(args);
      return jobs.enqueue({
        ...job,
        ...(at !== undefined && { at: new Date(at) }),
        environmentId,
        fromRun: runId,
        userId,
        hops,
      });
    },

    'jobs.list': async ({ environmentId }, args) =>
      (await jobs.list(environmentId, parseJobFilter(args), { limit: LIST_LIMIT })).items,

    'jobs.get': ({ environmentId }, args) => jobs.get(environmentId, parseJobId(args).id),

    'jobs.cancel': ({ environmentId }, args) => jobs.cancel(environmentId, parseJobId(args).id),

    'events.emit': createEmit(publish),

    fetch: async (scope, args) => {
      const response = await egress.request({
        ...parseFetch(args),
        timeoutMs: fetchTimeoutMs,
        maxResponseBytes: MAX_FETCH_BYTES,
        signal: scope.signal,
      });
      return { status: response.status, headers: response.headers, body: response.body };
    },
  };
}

/** Bytes do not travel as JSON, so this one is checked by hand; the guard checks what the members mean. */
function parseFetch(args: unknown): Pick<Parameters<Egress['request']>[0], 'url' | 'method' | 'headers' | 'body'> {
  const { url, method, headers, body } = (args ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof url !== 'string' || typeof method !== 'string' || !Array.isArray(headers)) {
    throw new AppError('invalid_input', { detail: 'api.fetch: expected a URL, a method and headers.' });
  }
  return {
    url,
    method,
    headers: Object.fromEntries(headers as [string, string][]),
    ...(body instanceof Uint8Array && { body }),
  };
}
