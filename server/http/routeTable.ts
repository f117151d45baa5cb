/** Every route of the management surface, in the order the documentation shows them. */
import { Problem } from '../schemas/problem.ts';
import { RequestView, Run, RunAccepted, RunSummary } from '../schemas/runView.ts';
import { RunError } from '../schemas/run.ts';
import { ListenerView } from '../schemas/listener.ts';
import { NewToken, Token, TokenCreate } from '../schemas/token.ts';
import { RotatedWebhook, Webhook, WebhookCreate, WebhookPatch } from '../schemas/webhook.ts';
import type { CursorSealer } from '../lib/cursor.ts';
import { renderDocs } from './docs/page.ts';
import { describeApi } from './openapi.ts';
import { createPager } from './paging.ts';
import type { Route } from './route.ts';
import { listenerRoutes, type ListenerSource, type ManualRuns } from './routes/listeners.ts';
import { runRoutes, type RunManager } from './routes/runs.ts';
import { systemRoutes, type SystemRouteDeps } from './routes/system.ts';
import { tokenRoutes, type TokenManager } from './routes/tokens.ts';
import { triggerDoc } from './routes/trigger.ts';
import { webhookRoutes, type WebhookManager } from './routes/webhooks.ts';

export interface RouteTableDeps extends Omit<SystemRouteDeps, 'documents'> {
  readonly webhooks: WebhookManager;
  readonly listeners: ListenerSource;
  readonly runs: RunManager & ManualRuns;
  readonly tokens: TokenManager;
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
  Listener: ListenerView,
  Token,
  NewToken,
  TokenCreate,
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
    ...listenerRoutes(deps),
    ...tokenRoutes({ ...deps, list }),
    ...systemRoutes({ ...deps, documents }),
  ];
  return routes;
}
