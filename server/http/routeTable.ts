/** Every route of the management surface, in the order the documentation shows them. */
import { Cron, CronCreate, CronPatch, UpcomingTick } from '../schemas/cron.ts';
import { Delivery, DeliverySummary, Recovery } from '../schemas/delivery.ts';
import { Event, EventAccepted, EventBatchResult, EventCreate } from '../schemas/event.ts';
import { EventType, EventTypeCreate, EventTypePatch } from '../schemas/eventType.ts';
import { Doc, Transaction } from '../schemas/data.ts';
import { Problem } from '../schemas/problem.ts';
import { Rule, RuleCreate, RulePatch, RuleWithSecret } from '../schemas/rule.ts';
import { RuleHealth } from '../schemas/ruleHealth.ts';
import { RequestView, Run, RunAccepted, RunSummary } from '../schemas/runView.ts';
import { RunError } from '../schemas/run.ts';
import { JobAccepted, JobCreate } from '../schemas/job.ts';
import { ListenerView } from '../schemas/listener.ts';
import { NewToken, Token, TokenCreate } from '../schemas/token.ts';
import { Invited, Session, User, UserCreate, UserPatch } from '../schemas/user.ts';
import { RotatedWebhook, Webhook, WebhookCreate, WebhookPatch } from '../schemas/webhook.ts';
import type { CursorSealer } from '../lib/cursor.ts';
import { renderDocs } from './docs/page.ts';
import { describeApi } from './openapi.ts';
import { createPager } from './paging.ts';
import type { Route } from './route.ts';
import { authRoutes, type SignInManager } from './routes/auth.ts';
import { cronRoutes, type CronManager } from './routes/crons.ts';
import { dataRoutes, type DataManager } from './routes/data.ts';
import { deliveryRoutes, recoveryRoutes, type DeliveryManager, type RecoveryManager } from './routes/deliveries.ts';
import { eventRoutes, type EventManager } from './routes/events.ts';
import { eventTypeRoutes, type EventTypeManager } from './routes/eventTypes.ts';
import { jobRoutes, type JobManager } from './routes/jobs.ts';
import { listenerRoutes, type ListenerSource, type ManualRuns } from './routes/listeners.ts';
import { ruleRoutes, type RuleManager } from './routes/rules.ts';
import { runRoutes, type RunManager } from './routes/runs.ts';
import { systemRoutes, type SystemRouteDeps } from './routes/system.ts';
import { tokenRoutes, type TokenManager } from './routes/tokens.ts';
import { transactionRoutes, type TransactionManager } from './routes/transactions.ts';
import { triggerDoc } from './routes/trigger.ts';
import { userRoutes, type UserManager } from './routes/users.ts';
import { webhookRoutes, type WebhookManager } from './routes/webhooks.ts';

export interface RouteTableDeps extends Omit<SystemRouteDeps, 'documents'> {
  readonly webhooks: WebhookManager;
  readonly listeners: ListenerSource;
  readonly runs: RunManager & ManualRuns;
  readonly jobs: JobManager;
  readonly crons: CronManager;
  readonly events: EventManager;
  readonly eventTypes: EventTypeManager;
  readonly rules: RuleManager;
  readonly deliveries: DeliveryManager;
  readonly recoveries: RecoveryManager;
  readonly data: DataManager & TransactionManager;
  readonly tokens: TokenManager;
  readonly users: UserManager;
  readonly signIn: SignInManager;
  readonly cursors: CursorSealer;
  readonly version: string;
  /** Where the outside reaches this server, for the documentation. */
  readonly serverUrl: () => string;
}

const named = {
  Webhook,
  RotatedWebhook,
  WebhookCreate,
  WebhookPatch,
  Run,
  RunSummary,
  RunAccepted,
  RunError,
  RequestView,
  JobCreate,
  JobAccepted,
  Cron,
  CronCreate,
  CronPatch,
  UpcomingTick,
  Listener: ListenerView,
  Event,
  EventCreate,
  EventAccepted,
  EventBatchResult,
  EventType,
  EventTypeCreate,
  EventTypePatch,
  Rule,
  RuleCreate,
  RulePatch,
  RuleWithSecret,
  RuleHealth,
  Delivery,
  DeliverySummary,
  Recovery,
  Doc,
  Transaction,
  Token,
  NewToken,
  TokenCreate,
  User,
  UserCreate,
  UserPatch,
  Invited,
  Session,
};

export function createRouteTable(deps: RouteTableDeps): readonly Route[] {
  const list = createPager(deps.cursors);
  const documents = {
    openApi: () =>
      describeApi({
        routes: [triggerDoc, ...routes],
        schemas: named,
        problem: Problem,
        version: deps.version,
        serverUrl: deps.serverUrl(),
      }),
    page: () => renderDocs({ routes: [triggerDoc, ...routes], version: deps.version, serverUrl: deps.serverUrl() }),
  };
  const routes: readonly Route[] = [
    ...webhookRoutes({ ...deps, list }),
    ...runRoutes({ ...deps, list }),
    ...jobRoutes({ ...deps, list }),
    ...cronRoutes({ ...deps, list }),
    ...listenerRoutes(deps),
    ...eventRoutes({ ...deps, list }),
    ...eventTypeRoutes({ ...deps, list }),
    ...ruleRoutes({ ...deps, list }),
    ...deliveryRoutes({ ...deps, list }),
    ...recoveryRoutes({ ...deps, list }),
    ...dataRoutes({ ...deps, list }),
    ...transactionRoutes(deps),
    ...tokenRoutes({ ...deps, list }),
    ...userRoutes({ ...deps, list }),
    ...authRoutes(deps),
    ...systemRoutes({ ...deps, documents }),
  ];
  return routes;
}
