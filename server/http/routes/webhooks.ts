/** Webhooks: made, listed, changed, rotated, tried out and removed. What each field means is said in schemas/webhook.ts. */
import { Type } from 'typebox';
import { listOf, type Page, type PageOf } from '../../schemas/list.ts';
import { Run } from '../../schemas/runView.ts';
import {
  RotatedWebhook,
  Webhook,
  WebhookCreate,
  WebhookListQuery,
  WebhookPatch,
  WebhookRotate,
} from '../../schemas/webhook.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';
import { removed, runAfterWaiting, UuidParams, type RunWatcher } from './shared.ts';

export interface WebhookFilter {
  readonly action?: string;
  readonly user_id?: string;
  readonly enabled?: boolean;
}

/** The environment comes first in every call: there is no way to ask without it. */
export interface WebhookManager {
  readonly create: (environmentId: number, input: WebhookCreate) => Promise<Webhook>;
  readonly list: (environmentId: number, filter: WebhookFilter, page: Page) => Promise<PageOf<Webhook>>;
  readonly get: (environmentId: number, uuid: string) => Promise<Webhook>;
  readonly patch: (environmentId: number, uuid: string, change: WebhookPatch) => Promise<Webhook>;
  readonly remove: (environmentId: number, uuid: string) => Promise<void>;
  readonly rotate: (environmentId: number, uuid: string, options: WebhookRotate) => Promise<RotatedWebhook>;
  readonly test: (
    environmentId: number,
    uuid: string,
    options: { readonly event?: unknown },
  ) => Promise<{ readonly run: string }>;
}

export interface WebhookRouteDeps {
  readonly webhooks: WebhookManager;
  readonly runs: RunWatcher;
  readonly list: Pager;
}

const TestRun = Type.Object(
  { event: Type.Optional(Type.Unknown({ description: 'The body to pretend; a sample where left out.' })) },
  { additionalProperties: false },
);

export function webhookRoutes({ webhooks, runs, list }: WebhookRouteDeps): readonly Route[] {
  const tag = 'Webhooks';
  const one = { description: 'The webhook.', schema: Webhook };
  return [
    defineRoute({
      method: 'post',
      path: '/app/webhooks',
      summary: 'Make a webhook',
      description: 'Binds a new public URL to a listener. Whoever posts to the URL runs the listener.',
      tag,
      auth: 'write',
      body: WebhookCreate,
      example: { action: 'exampleListener', props: { userId: 1 } },
      responses: { 201: { description: 'Made; `url` is ready to paste.', schema: Webhook } },
      errors: ['listener_not_found', 'invalid_schema', 'conflict'],
      handle: async ({ access, body }) => ({ status: 201, body: await webhooks.create(access.environmentId, body) }),
    }),
    defineRoute({
      method: 'get',
      path: '/app/webhooks',
      summary: 'List webhooks',
      tag,
      auth: 'read',
      query: WebhookListQuery,
      responses: { 200: { description: 'Webhooks, oldest first.', schema: listOf(Webhook) } },
      handle: ({ access: { environmentId }, query }) => {
        const { limit: _limit, cursor: _cursor, ...filter } = query;
        const request = { environmentId, route: '/app/webhooks', query };
        return list(request, (page) => webhooks.list(environmentId, filter, page));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/app/webhooks/:uuid',
      summary: 'Get a webhook',
      tag,
      auth: 'read',
      params: UuidParams,
      responses: { 200: one },
      handle: async ({ access, params }) => ({
        status: 200,
        body: await webhooks.get(access.environmentId, params.uuid),
      }),
    }),
    defineRoute({
      method: 'patch',
      path: '/app/webhooks/:uuid',
      summary: 'Change a webhook',
      description: 'Members left out stay as they are.',
      tag,
      auth: 'write',
      params: UuidParams,
      body: WebhookPatch,
      example: { enabled: false },
      responses: { 200: one },
      errors: ['listener_not_found', 'invalid_schema', 'conflict'],
      handle: async ({ access, params, body }) => ({
        status: 200,
        body: await webhooks.patch(access.environmentId, params.uuid, body),
      }),
    }),
    defineRoute({
      method: 'delete',
      path: '/app/webhooks/:uuid',
      summary: 'Delete a webhook',
      description: 'Its URL answers 404 from then on. Its runs stay.',
      tag,
      auth: 'write',
      params: UuidParams,
      responses: { 204: { description: 'Deleted.' } },
      handle: ({ access, params }) => removed(webhooks.remove(access.environmentId, params.uuid)),
    }),
    defineRoute({
      method: 'post',
      path: '/app/webhooks/:uuid/rotate',
      summary: 'Give a webhook a new uuid',
      description: 'For a URL that became known to the wrong people. The old one answers for an overlap, then no more.',
      tag,
      auth: 'write',
      params: UuidParams,
      body: WebhookRotate,
      bodyOptional: true,
      example: { overlap_s: 3_600 },
      responses: { 200: { description: 'The webhook under its new uuid.', schema: RotatedWebhook } },
      handle: async ({ access, params, body }) => ({
        status: 200,
        body: await webhooks.rotate(access.environmentId, params.uuid, body),
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/webhooks/:uuid/test',
      summary: 'Try a webhook out',
      description: 'Fires it with a given or a sample event and waits up to 10 s for the run, then shows it as it is.',
      tag,
      auth: 'write',
      params: UuidParams,
      body: TestRun,
      bodyOptional: true,
      example: { event: { triggerData: 'someData' } },
      responses: { 200: { description: 'The run.', schema: Run } },
      errors: ['listener_not_found', 'schema_mismatch', 'overloaded', 'stopping'],
      handle: async ({ access: { environmentId }, params, body }) => {
        const { run } = await webhooks.test(environmentId, params.uuid, body);
        return { status: 200, body: await runAfterWaiting(runs, environmentId, run) };
      },
    }),
  ];
}
