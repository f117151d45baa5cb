/** Managers of events, rules and deliveries that know one of each, in environment 1. */
import type { RouteTableDeps } from '../../../server/http/routeTable.ts';
import { AppError } from '../../../server/lib/errors.ts';
import type { Page, PageOf } from '../../../server/schemas/list.ts';
import {
  aDelivery,
  aDeliverySummary,
  aHealth,
  anAttempt,
  anEvent,
  anEventType,
  aRecovery,
  aRule,
  DELIVERY_ID,
  EVENT_ID,
  EVENT_TYPE,
  RECOVERY_ID,
  RULE_ID,
} from './outboundRecords.ts';

type Outbound = Pick<RouteTableDeps, 'events' | 'eventTypes' | 'rules' | 'deliveries' | 'recoveries'>;

/** `pageOf` gives lists of one thing. */
export function fakeOutbound(pageOf: <T>(environmentId: number, page: Page, item: T) => Promise<PageOf<T>>): Outbound {
  /** The thing, to those who ask for its own id in its own environment. */
  const only =
    <T>(known: string, thing: T) =>
    (environmentId: number, id: string): Promise<T> =>
      environmentId === 1 && id === known
        ? Promise.resolve(thing)
        : Promise.reject(new AppError('not_found', { detail: 'no' }));
  const listOf =
    <T>(thing: T) =>
    (environmentId: number, _filter: object, page: Page): Promise<PageOf<T>> =>
      pageOf(environmentId, page, thing);
  const installed = { created: [EVENT_TYPE], updated: [], unchanged: [] };
  const settings = { unfit_events: 'reject' } as const;
  const withSecret = { ...aRule(), secret: 'whsec_shownonce' };
  return {
    events: {
      create: (_environmentId, { type }) => Promise.resolve({ id: EVENT_ID, type, duplicate: false, rules: [RULE_ID] }),
      createMany: (_environmentId, items) =>
        Promise.resolve({ results: items.map(() => ({ status: 202, id: EVENT_ID, duplicate: false, rules: [] })) }),
      list: listOf(anEvent()),
      get: only(EVENT_ID, anEvent()),
    },
    eventTypes: {
      create: () => Promise.resolve(anEventType()),
      list: listOf(anEventType()),
      get: only(EVENT_TYPE, anEventType()),
      patch: only(EVENT_TYPE, anEventType()),
      remove: only(EVENT_TYPE, undefined),
      importDocument: () => Promise.resolve(installed),
      listPacks: () => Promise.resolve([{ name: 'built', description: '', types: [EVENT_TYPE], installed: true }]),
      installPack: only('built', installed),
      getSettings: () => Promise.resolve(settings),
      patchSettings: () => Promise.resolve(settings),
    },
    rules: {
      create: () => Promise.resolve(withSecret),
      list: listOf(aRule()),
      get: only(RULE_ID, aRule()),
      patch: only(RULE_ID, aRule()),
      remove: only(RULE_ID, undefined),
      rotate: only(RULE_ID, withSecret),
      preview: () =>
        Promise.resolve({
          looked_at: 0,
          matched: 0,
          signed_with: { key: 'throwaway', secret: 'whsec_x' },
          change: null,
          results: [],
        }),
      health: only(RULE_ID, aHealth()),
      test: only(RULE_ID, anAttempt()),
      recover: (environmentId, id, { preview = false }) =>
        only(RULE_ID, preview ? { count: 1, is_complete: true } : aRecovery())(environmentId, id),
    },
    deliveries: {
      list: listOf(aDeliverySummary()),
      get: only(DELIVERY_ID, aDelivery()),
      resend: only(DELIVERY_ID, aDeliverySummary()),
      cancel: only(DELIVERY_ID, aDelivery()),
    },
    recoveries: {
      list: listOf(aRecovery()),
      get: only(RECOVERY_ID, aRecovery()),
      pause: only(RECOVERY_ID, aRecovery()),
      resume: only(RECOVERY_ID, aRecovery()),
      cancel: only(RECOVERY_ID, aRecovery()),
    },
  };
}
