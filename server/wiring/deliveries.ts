/** Wires the way out: what becomes of a delivery, its order, its limits, and what people may do with rules. */
import { randomBytes } from 'node:crypto';
import { createMakeAttempt } from '../deliveries/sending/attempt.ts';
import type { DeliveryDocument } from '../deliveries/document.ts';
import { createEndpoints, endpointOf } from '../deliveries/limits/endpoints.ts';
import { createEnqueue } from '../deliveries/enqueue.ts';
import { createGate } from '../deliveries/limits/gate.ts';
import { createYouth } from '../deliveries/limits/youth.ts';
import { createFailingWatch } from '../deliveries/health/failing.ts';
import { createHealth } from '../deliveries/health/health.ts';
import { laneOf } from '../deliveries/lanes.ts';
import { createManageDeliveries } from '../deliveries/manage.ts';
import { createOrder, withOrder } from '../deliveries/order/order.ts';
import { createPerform } from '../deliveries/sending/perform.ts';
import { createRecoveries } from '../deliveries/recover/recoveries.ts';
import { createRender } from '../deliveries/sending/render.ts';
import { createResend } from '../deliveries/resend.ts';
import { createRulesAdmin } from '../deliveries/health/rulesAdmin.ts';
import { createSend } from '../deliveries/sending/send.ts';
import { createOrderStore } from '../deliveries/order/storeOrder.ts';
import { createTryOut } from '../deliveries/sending/tryOut.ts';
import { viewOf, type Publish } from '../events/document.ts';
import { createRecentEvents } from '../events/recent.ts';
import { AppError } from '../lib/errors.ts';
import { createQueueWorker, type QueueWorker } from '../queue/worker.ts';
import { createManageRules } from '../rules/manage.ts';
import { createPreviewRule } from '../rules/preview.ts';
import { findPattern } from '../rules/patterns.ts';
import type { ReadyRule } from '../rules/ready.ts';
import type { RuleHealth } from '../schemas/ruleHealth.ts';
import type { Code } from './code.ts';
import type { Flow } from './flow.ts';
import type { Rules } from './rules.ts';
import type { Storage } from './storage.ts';
import type { Tools } from './tools.ts';
import type { WayOut } from './wayOut.ts';

/** Deliveries under way at a time, and of these, begun within the last moments. */
const UNDER_WAY = { most: 512, young: 128, youngMs: 250 };
/** How often to look for deliveries that another process left. */
const RESCAN_MS = 30_000;
const STOP_GRACE_MS = 5_000;

/** From a delivery to its receiver. `publish` is wired after this, as events lead to deliveries too. */
export function wireDeliveries(
  tools: Tools,
  parts: Storage & Code & WayOut & Rules & Flow,
  { publish }: { readonly publish: Publish },
) {
  const { clock, newId, log, lifecycle, version } = tools;
  const { database, stores, leases, liveRules, listeners, expressions, egress, catalogue, sealer, metrics } = parts;
  const drafting = { expressions, listeners, egress, sealer, clock, newId, randomBytes };
  const rules = createManageRules({ ...drafting, store: stores.rules, live: liveRules, catalogue });
  const recentEvents = createRecentEvents(stores.events);
  const endpoints = createEndpoints({ clock });
  const gate = createGate({ rules: liveRules, endpoints, clock });
  const health = createHealth({ store: stores.health, clock, log });
  const render = createRender({ expressions, version });
  const makeAttempt = createMakeAttempt({
    render,
    send: createSend({ egress, clock }),
    startRun: parts.startRun,
    hasListener: (action) => listeners.get(action) !== undefined,
    clock,
  });
  const youth = createYouth({ ...UNDER_WAY, now: clock.now });
  const worker: QueueWorker<DeliveryDocument> = createQueueWorker<DeliveryDocument>({
    leases: leases.deliveries,
    clock,
    log,
    capacity: youth.capacity,
    lanes: () => [],
    roomIn: gate.roomIn,
    wakeAt: gate.wakeAt,
    rescanMs: RESCAN_MS,
    perform: youth.watch(
      withOrder(
        createPerform({
          rules: { get: liveRules.get, load: loadRule },
          events: recentEvents,
          viewOf,
          makeAttempt,
          gate,
          health,
          failing: createFailingWatch({
            rulesAdmin: createRulesAdmin({ rules: { ...rules, get: liveRules.get }, publish }),
            clock,
            log,
          }),
          isOwnUrl: egress.isOwn,
          observe: metrics.deliveryAttempted,
          clock,
          random: Math.random,
          log,
        }),
      ),
    ),
    onSettled: (delivery, settlement) => order.settled(delivery, settlement),
  });
  const order = createOrder({
    store: createOrderStore(database.platform),
    worker,
    clock,
    log,
    isOpenBefore: stores.events.isUnroutedBefore,
  });
  const enqueue = createEnqueue({ store: stores.deliveries, worker, order, expressions, clock });
  const resend = createResend({
    store: stores.deliveries,
    worker,
    rules: { find: loadRule },
    events: stores.events,
    newId,
    clock,
  });
  const recoveries = createRecoveries({
    store: stores.recoveries,
    leases: leases.recoveries,
    deliveries: stores.deliveries,
    events: stores.events,
    viewOf,
    rules: { find: loadRule },
    matches: (rule, event) => findPattern(rule.events, event.type) !== undefined && rule.passes(event),
    enqueue,
    newId,
    clock,
    log,
  });
  const noticeRule = (environmentId: number, ruleId: string): void => worker.notice(laneOf(environmentId, ruleId));
  liveRules.onChange((ruleId) => {
    const rule = liveRules.get(ruleId);
    if (rule !== undefined) noticeRule(rule.environmentId, ruleId); // it may have been enabled, or got more room
  });

  async function loadRule(environmentId: number, ruleId: string): Promise<ReadyRule | undefined> {
    if (liveRules.get(ruleId) === undefined) await liveRules.refresh();
    const rule = liveRules.get(ruleId);
    return rule?.environmentId === environmentId ? rule : undefined;
  }

  async function findRule(environmentId: number, ruleId: string): Promise<ReadyRule> {
    const rule = await loadRule(environmentId, ruleId);
    if (rule === undefined)
      throw new AppError('not_found', { detail: `There is no rule '${ruleId}' in this environment.` });
    return rule;
  }

  return {
    recentEvents,
    enqueueDeliveries: enqueue,
    deliveries: createManageDeliveries({ store: stores.deliveries, order, resend, clock }),
    recoveries,
    rules: {
      ...rules,
      /** What waits for it ends with it. */
      async remove(environmentId: number, ruleId: string): Promise<void> {
        await rules.remove(environmentId, ruleId);
        await stores.deliveries.cancelOfRule(environmentId, ruleId, new Date(clock.now()));
      },
      preview: createPreviewRule({
        ...drafting,
        store: stores.rules,
        render,
        recentEvents: async (environmentId, limit) =>
          (await stores.events.list(environmentId, {}, { limit })).items.map(viewOf),
        log,
      }),
      test: createTryOut({
        findRule,
        example: (environmentId, patterns) => Promise.resolve(catalogue.example(environmentId, patterns)),
        makeAttempt,
        newId,
        clock,
      }),
      recover: recoveries.create,
      async health(environmentId: number, ruleId: string): Promise<RuleHealth> {
        const rule = await findRule(environmentId, ruleId);
        const endpoint = endpointOf(rule);
        const [figures, waiting] = await Promise.all([
          health.read(ruleId, endpoint),
          stores.deliveries.waitingCount(ruleId),
        ]);
        return {
          ...figures,
          endpoint: endpoint === null ? { state: 'open', until: null } : endpoints.stateOf(endpoint),
          waiting,
        };
      },
    },
    async startDeliveries() {
      if (database.isExclusive) {
        for (const queue of [leases.deliveries, leases.recoveries]) await queue.expireOthers(new Date(clock.now()));
      }
      health.start();
      lifecycle.onStop('health', health.stop);
      worker.start();
      lifecycle.onStop('deliveries', () => worker.stop(STOP_GRACE_MS));
      order.start();
      lifecycle.onStop('order', order.stop);
      recoveries.start();
      lifecycle.onStop('recoveries', () => recoveries.stop(STOP_GRACE_MS));
    },
  };
}

export type Deliveries = ReturnType<typeof wireDeliveries>;
