/** Deliveries: what was sent, what came back, and sending it again; and recoveries, which do that for many. */
import { Type } from 'typebox';
import {
  Delivery,
  DeliveryListQuery,
  DeliverySummary,
  Recovery,
  recoveryStatuses,
  type DeliveryStatus,
  type RecoveryStatus,
} from '../../schemas/delivery.ts';
import { listOf, pageQuery, type Page, type PageOf } from '../../schemas/list.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';

export interface DeliveryFilter {
  readonly status?: DeliveryStatus;
  readonly rule?: string;
  readonly event?: string;
  readonly event_type?: string;
  readonly since?: Date;
  readonly until?: Date;
}

/** The environment comes first in every call; one of another environment is `not_found`. */
export interface DeliveryManager {
  /** Newest first. */
  readonly list: (environmentId: number, filter: DeliveryFilter, page: Page) => Promise<PageOf<DeliverySummary>>;
  readonly get: (environmentId: number, id: string) => Promise<Delivery>;
  /** `conflict` where its rule is gone or disabled, `gone` where its event is. */
  readonly resend: (environmentId: number, id: string) => Promise<DeliverySummary>;
  /** `conflict` while it is being sent and when it is over. */
  readonly cancel: (environmentId: number, id: string) => Promise<Delivery>;
}

export interface RecoveryManager {
  /** Newest first. */
  readonly list: (
    environmentId: number,
    filter: { readonly rule?: string; readonly status?: RecoveryStatus },
    page: Page,
  ) => Promise<PageOf<Recovery>>;
  readonly get: (environmentId: number, id: string) => Promise<Recovery>;
  readonly pause: (environmentId: number, id: string) => Promise<Recovery>;
  readonly resume: (environmentId: number, id: string) => Promise<Recovery>;
  readonly cancel: (environmentId: number, id: string) => Promise<Recovery>;
}

const DeliveryParams = Type.Object({ id: Type.String({ pattern: '^dlv_[0-9a-z]{26}$' }) });
const RecoveryParams = Type.Object({ id: Type.String({ pattern: '^rcv_[0-9a-z]{26}$' }) });
const RecoveryListQuery = Type.Object(
  {
    rule: Type.Optional(Type.String({ maxLength: 40, description: 'Only recoveries of this rule.' })),
    status: Type.Optional(Type.Enum(recoveryStatuses)),
    ...pageQuery,
  },
  { additionalProperties: false },
);

export function deliveryRoutes({
  deliveries,
  list,
}: {
  readonly deliveries: DeliveryManager;
  readonly list: Pager;
}): readonly Route[] {
  const tag = 'Deliveries';
  const one = { description: 'The delivery, with its attempts.', schema: Delivery };
  return [
    defineRoute({
      method: 'get',
      path: '/app/deliveries',
      summary: 'List deliveries',
      tag,
      auth: 'read',
      query: DeliveryListQuery,
      responses: { 200: { description: 'Deliveries, newest first.', schema: listOf(DeliverySummary) } },
      handle: ({ access: { environmentId }, query }) => {
        const { limit: _limit, cursor: _cursor, since, until, ...rest } = query;
        const filter: DeliveryFilter = {
          ...rest,
          ...(since === undefined ? {} : { since: new Date(since) }),
          ...(until === undefined ? {} : { until: new Date(until) }),
        };
        return list({ environmentId, route: '/app/deliveries', query }, (page) =>
          deliveries.list(environmentId, filter, page),
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/app/deliveries/:id',
      summary: 'Get a delivery',
      description: 'With every attempt: what was sent, how long it took, and what came back or went wrong.',
      tag,
      auth: 'read',
      params: DeliveryParams,
      responses: { 200: one },
      handle: async ({ access, params }) => ({
        status: 200,
        body: await deliveries.get(access.environmentId, params.id),
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/deliveries/:id/resend',
      summary: 'Send it again',
      description:
        'A new delivery of the same event to the rule as it is now: linked by `resend_of`, with attempts of its own and ' +
        'the same `webhook-id`. The old one stays as it is and goes on if it was still to be sent. It goes at once, ' +
        'also where the rule keeps an order.',
      tag,
      auth: 'write',
      params: DeliveryParams,
      responses: { 202: { description: 'The new delivery.', schema: DeliverySummary } },
      errors: ['conflict', 'gone'],
      handle: async ({ access, params }) => ({
        status: 202,
        body: await deliveries.resend(access.environmentId, params.id),
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/deliveries/:id/cancel',
      summary: 'Cancel a delivery',
      description: 'One that waits for its turn or its next attempt is never sent.',
      tag,
      auth: 'write',
      params: DeliveryParams,
      responses: { 200: one },
      errors: ['conflict'],
      handle: async ({ access, params }) => ({
        status: 200,
        body: await deliveries.cancel(access.environmentId, params.id),
      }),
    }),
  ];
}

export function recoveryRoutes({
  recoveries,
  list,
}: {
  readonly recoveries: RecoveryManager;
  readonly list: Pager;
}): readonly Route[] {
  const tag = 'Recoveries';
  const one = { description: 'The recovery.', schema: Recovery };
  const move = (name: 'pause' | 'resume' | 'cancel', summary: string, description: string): Route =>
    defineRoute({
      method: 'post',
      path: `/app/recoveries/:id/${name}`,
      summary,
      description,
      tag,
      auth: 'write',
      params: RecoveryParams,
      responses: { 200: one },
      errors: ['conflict'],
      handle: async ({ access, params }) => ({
        status: 200,
        body: await recoveries[name](access.environmentId, params.id),
      }),
    });
  return [
    defineRoute({
      method: 'get',
      path: '/app/recoveries',
      summary: 'List recoveries',
      tag,
      auth: 'read',
      query: RecoveryListQuery,
      responses: { 200: { description: 'Recoveries, newest first.', schema: listOf(Recovery) } },
      handle: ({ access: { environmentId }, query }) => {
        const { limit: _limit, cursor: _cursor, ...filter } = query;
        return list({ environmentId, route: '/app/recoveries', query }, (page) =>
          recoveries.list(environmentId, filter, page),
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/app/recoveries/:id',
      summary: 'Get a recovery',
      description: 'How far it has come.',
      tag,
      auth: 'read',
      params: RecoveryParams,
      responses: { 200: one },
      handle: async ({ access, params }) => ({
        status: 200,
        body: await recoveries.get(access.environmentId, params.id),
      }),
    }),
    move('pause', 'Pause a recovery', 'It makes no more deliveries until it is resumed; those it made are sent.'),
    move('resume', 'Resume a recovery', 'It goes on where it was.'),
    move('cancel', 'Cancel a recovery', 'It makes no more deliveries; those it made are sent.'),
  ];
}
