/**
 * The server's front door, on node:http. The trigger route is answered right here, without Express: it is the one
 * route whose cost decides how many webhooks a machine can take. Everything else is handed on.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';

export interface FrontDeps {
  readonly trigger: (req: IncomingMessage, res: ServerResponse, target: TriggerTarget) => void;
  /** Express. */
  readonly rest: RequestListener;
}

export interface TriggerTarget {
  readonly appUuid: string;
  readonly webhookUuid: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/** Slow or greedy callers cost a connection, not the server (the defaults of Node wait minutes). */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 };
const MAX_CONNECTIONS = 10_000;

export function createFront({ trigger, rest }: FrontDeps): Server {
  const server = createServer({ ...LIMITS, connectionsCheckingInterval: 1_000, noDelay: true }, (req, res) => {
    const target = triggerTarget(req.url ?? '');
    if (target === undefined) rest(req, res);
    else trigger(req, res, target);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

const TRIGGER_PATH = /^(\/apps\/([^/?#]+)\/webhooks\/([^/?#]+))\/?(?:\?(.*))?$/;

export function triggerTarget(url: string): TriggerTarget | undefined {
  if (!url.startsWith('/apps/')) return undefined;
  const match = TRIGGER_PATH.exec(url);
  if (match === null) return undefined;
  const [, path = '', appUuid = '', webhookUuid = '', query = ''] = match;
  return { path, appUuid, webhookUuid, query };
}
