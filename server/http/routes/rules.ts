/** Rules: made, listed, changed, rotated, previewed, tried out, recovered and removed. See schemas/rule.ts for what each field means. */
import { Type } from 'typebox';
import { Attempt, Recovery, RecoveryCreate, RecoveryPreview } from '../../schemas/delivery.ts';
import { EventCreate } from '../../schemas/event.ts';
import { listOf, type Page, type PageOf } from '../../schemas/list.ts';
import { Rule, RuleCreate, RuleListQuery, RulePatch, RuleRotate, RuleWithSecret } from '../../schemas/rule.ts';
import { RuleHealth } from '../../schemas/ruleHealth.ts';
import { RulePreview, RulePreviewCreate } from '../../schemas/rulePreview.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';
import { removed } from './shared.ts';

export type RuleFilter = Omit<RuleListQuery, 'limit' | 'cursor'>;

/** The environment comes first in every call; a rule of another one is `not_found`. */
export interface RuleManager {
  readonly create: (environmentId: number, input: RuleCreate) => Promise<RuleWithSecret>;
  readonly list: (environmentId: number, filter: RuleFilter, page: Page) => Promise<PageOf<Rule>>;
  readonly get: (environmentId: number, id: string) => Promise<Rule>;
  readonly patch: (environmentId: number, id: string, change: RulePatch) => Promise<Rule>;
  readonly remove: (environmentId: number, id: string) => Promise<void>;
  readonly rotate: (environmentId: number, id: string, options: RuleRotate) => Promise<RuleWithSecret>;
  /** Of a rule that is not saved; sends nothing. */
  readonly preview: (environmentId: number, input: RulePreviewCreate) => Promise<RulePreview>;
  readonly health: (environmentId: number, id: string) => Promise<RuleHealth>;
  /** Sends now, outside of any schedule, and waits for the answer. */
  readonly test: (environmentId: number, id: string, options: { readonly event?: EventCreate }) => Promise<Attempt>;
  /** A RecoveryPreview when the input asks for one, else the recovery that was begun. */
  readonly recover: (environmentId: number, id: string, input: RecoveryCreate) => Promise<RecoveryPreview | Recovery>;
}

export interface RuleRouteDeps {
  readonly rules: RuleManager;
  readonly list: Pager;
}

const Params = Type.Object({ id: Type.String({ pattern: '^rul_[0-9a-z]{26}$' }) });
const TestRule = Type.Object(
  { event: Type.Optional(EventCreate) },
  { additionalProperties: false, description: 'Without an event, an example of a type that the rule takes is sent.' },
);

const tag = 'Rules';
const one = { description: 'The rule.', schema: Rule };
const unfit = ['listener_not_found', 'egress_blocked', 'channel_exclusive', 'conflict'] as const;

export function ruleRoutes(deps: RuleRouteDeps): readonly Route[] {
  return [...crudRoutes(deps), ...deliveryRoutes(deps)];
}

function crudRoutes({ rules, list }: RuleRouteDeps): readonly Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/app/rules',
      summary: 'Make a rule',
      description: 'Forwards every event that matches, from now on, to a URL or a listener.',
      tag,
      auth: 'write',
      body: RuleCreate,
      example: {
        events: ['invoices.*'],
        filter: { 'data.amount': { $gt: 100 } },
        target: { url: 'https://example.com/hooks' },
      },
      responses: { 201: { description: 'Made; the secret is shown this once.', schema: RuleWithSecret } },
      errors: unfit,
      handle: async ({ access, body }) => ({ status: 201, body: await rules.create(access.environmentId, body) }),
    }),
    defineRoute({
      method: 'get',
      path: '/app/rules',
      summary: 'List rules',
      tag,
      auth: 'read',
      query: RuleListQuery,
      responses: { 200: { description: 'Rules, oldest first.', schema: listOf(Rule) } },
      handle: ({ access: { environmentId }, query }) => {
        const { limit: _limit, cursor: _cursor, ...filter } = query;
        return list({ environmentId, route: '/app/rules', query }, (page) => rules.list(environmentId, filter, page));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/app/rules/:id',
      summary: 'Get a rule',
      tag,
      auth: 'read',
      params: Params,
      responses: { 200: one },
      handle: async ({ access, params }) => ({ status: 200, body: await rules.get(access.environmentId, params.id) }),
    }),
    defineRoute({
      method: 'patch',
      path: '/app/rules/:id',
      summary: 'Change a rule',
      description:
        'Members left out stay as they are. Deliveries that wait are sent as the rule is when they are sent. Enabling a rule lets those that waited go on.',
      tag,
      auth: 'write',
      params: Params,
      body: RulePatch,
      example: { enabled: false },
      responses: { 200: one },
      errors: unfit,
      handle: async ({ access, params, body }) => ({
        status: 200,
        body: await rules.patch(access.environmentId, params.id, body),
      }),
    }),
    defineRoute({
      method: 'delete',
      path: '/app/rules/:id',
      summary: 'Delete a rule',
      description: 'Deliveries that wait are canceled; those of before stay to be read.',
      tag,
      auth: 'write',
      params: Params,
      responses: { 204: { description: 'Deleted.' } },
      handle: ({ access, params }) => removed(rules.remove(access.environmentId, params.id)),
    }),
    defineRoute({
      method: 'post',
      path: '/app/rules/:id/rotate',
      summary: 'Give a rule a new secret',
      description: 'The old one signs beside it for an overlap, so that the receiver can change over in its own time.',
      tag,
      auth: 'write',
      params: Params,
      body: RuleRotate,
      bodyOptional: true,
      example: { overlap_s: 3_600 },
      responses: { 200: { description: 'The new secret is shown this once.', schema: RuleWithSecret } },
      errors: ['conflict'],
      handle: async ({ access, params, body }) => ({
        status: 200,
        body: await rules.rotate(access.environmentId, params.id, body),
      }),
    }),
  ];
}

function deliveryRoutes({ rules }: RuleRouteDeps): readonly Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/app/rules/preview',
      summary: 'See what a rule would do',
      description:
        'Tries a draft, or a change of a stored rule, with stored or given events: which match, which clause fails for the others, and the very requests. Nothing is sent and nothing is saved.',
      tag,
      // It signs whatever it is given, so reading is not enough.
      auth: 'write',
      body: RulePreviewCreate,
      example: { rule: { events: ['*'], target: { url: 'https://example.com/hooks' } }, last: 10 },
      responses: { 200: { description: 'What it would do, event by event.', schema: RulePreview } },
      errors: ['listener_not_found', 'egress_blocked', 'conflict', 'not_found'],
      handle: async ({ access, body }) => ({ status: 200, body: await rules.preview(access.environmentId, body) }),
    }),
    defineRoute({
      method: 'get',
      path: '/app/rules/:id/health',
      summary: "See how a rule's endpoint does",
      tag,
      auth: 'read',
      params: Params,
      responses: { 200: { description: 'Over the last hour and day.', schema: RuleHealth } },
      handle: async ({ access, params }) => ({
        status: 200,
        body: await rules.health(access.environmentId, params.id),
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/rules/:id/test',
      summary: 'Try a rule out',
      description: 'Sends a given event, or an example, now and once, whatever the filter says, and shows the attempt.',
      tag,
      auth: 'write',
      params: Params,
      body: TestRule,
      bodyOptional: true,
      example: { event: { type: 'invoices.created', data: { amount: 120 } } },
      responses: { 200: { description: 'The attempt, whatever came of it.', schema: Attempt } },
      errors: ['conflict', 'stopping'],
      handle: async ({ access, params, body }) => ({
        status: 200,
        body: await rules.test(access.environmentId, params.id, body),
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/rules/:id/recover',
      summary: 'Send again what a rule did not deliver',
      description:
        'Makes new deliveries, at a gentle pace, of those that ended badly, or of events that it never got. With `preview`, only counts.',
      tag,
      auth: 'write',
      params: Params,
      body: RecoveryCreate,
      example: { since: '2026-01-31T00:00:00Z', preview: true },
      responses: {
        200: { description: 'How many there would be.', schema: RecoveryPreview },
        202: { description: 'Begun.', schema: Recovery },
      },
      errors: ['conflict'],
      handle: async ({ access, params, body }) => ({
        status: body.preview === true ? 200 : 202,
        body: await rules.recover(access.environmentId, params.id, body),
      }),
    }),
  ];
}
