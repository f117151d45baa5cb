/** Events: published one by one or in batches, listed and looked at. What each field means is said in schemas/event.ts. */
import { Type } from 'typebox';
import {
  Event,
  EventAccepted,
  EventBatch,
  EventBatchResult,
  EventCreate,
  EventListQuery,
} from '../../schemas/event.ts';
import { listOf, type Page, type PageOf } from '../../schemas/list.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';

export interface EventManager {
  readonly create: (environmentId: number, input: EventCreate) => Promise<EventAccepted>;
  readonly createMany: (environmentId: number, items: readonly unknown[]) => Promise<EventBatchResult>;
  readonly list: (
    environmentId: number,
    filter: Omit<EventListQuery, 'limit' | 'cursor'>,
    page: Page,
  ) => Promise<PageOf<Event>>;
  readonly get: (environmentId: number, id: string) => Promise<Event>;
}

const Id = Type.Object({ id: Type.String({ maxLength: 40 }) });

export function eventRoutes({
  events,
  list,
}: {
  readonly events: EventManager;
  readonly list: Pager;
}): readonly Route[] {
  const tag = 'Events';
  return [
    defineRoute({
      method: 'post',
      path: '/app/events',
      summary: 'Publish an event',
      description: 'Stored before the answer; every matching rule delivers it.',
      tag,
      auth: 'write',
      body: EventCreate,
      example: { type: 'invoices.created', data: { id: 1, tag: 'INV-0001', amount: 120 } },
      responses: { 202: { description: 'Accepted, and which rules deliver it.', schema: EventAccepted } },
      errors: ['schema_mismatch', 'conflict'],
      handle: async ({ access, body }) => ({ status: 202, body: await events.create(access.environmentId, body) }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/events/batch',
      summary: 'Publish up to 1,000 events',
      description: 'Each item stands on its own: the n-th result says what became of the n-th item.',
      tag,
      auth: 'write',
      body: EventBatch,
      example: { events: [{ type: 'NEW_BUSINESS', data: {} }] },
      responses: { 200: { description: 'One result per item.', schema: EventBatchResult } },
      handle: async ({ access, body }) => ({
        status: 200,
        body: await events.createMany(access.environmentId, body.events),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/app/events',
      summary: 'List events',
      tag,
      auth: 'read',
      query: EventListQuery,
      responses: { 200: { description: 'Events, newest first.', schema: listOf(Event) } },
      handle: ({ access: { environmentId }, query }) => {
        const { limit: _limit, cursor: _cursor, ...filter } = query;
        const request = { environmentId, route: '/app/events', query };
        return list(request, (page) => events.list(environmentId, filter, page));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/app/events/:id',
      summary: 'Show an event',
      tag,
      auth: 'read',
      params: Id,
      responses: { 200: { description: 'The event.', schema: Event } },
      errors: ['not_found'],
      handle: async ({ access, params }) => ({ status: 200, body: await events.get(access.environmentId, params.id) }),
    }),
  ];
}
