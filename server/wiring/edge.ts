/** Wires HTTP: the trigger on node:http, everything else on Express. */
import { fileURLToPath } from 'node:url';
import { createHttpApp } from '../http/app.ts';
import { createBodyReader } from '../http/body.ts';
import { createCallerAddress } from '../http/caller.ts';
import { createFront } from '../http/front.ts';
import { createRouteTable } from '../http/routeTable.ts';
import { createTrigger } from '../http/trigger.ts';
import { createCursorSealer } from '../lib/cursor.ts';
import { createHostCheck } from '../lib/hostCheck.ts';
import { describeComponents } from '../schemas/components/catalogue.ts';
import type { Code } from './code.ts';
import type { Crons } from './crons.ts';
import type { Deliveries } from './deliveries.ts';
import type { Events } from './events.ts';
import type { Flow } from './flow.ts';
import type { Rules } from './rules.ts';
import type { Storage } from './storage.ts';
import type { Live } from './live.ts';
import { isHttps, type Tools } from './tools.ts';
import type { Users } from './users.ts';
import type { WayOut } from './wayOut.ts';

/** The built client lies beside the built server. */
const CLIENT_DIR = fileURLToPath(new URL('../../client', import.meta.url));

/** HTTP: the trigger on node:http, everything else on Express, and the sockets beside them. */
export function wireEdge(
  tools: Tools,
  parts: Storage & Code & WayOut & Rules & Flow & Deliveries & Events & Crons & Users & Live,
  state: { readonly isStopping: boolean },
) {
  const { config, clock, newId, log, version, address } = tools;
  const { exposure, metrics, secretKey } = parts;
  const readBody = createBodyReader({ limitBytes: config.bodyLimitBytes });
  const shared = { exposure, metrics, clock, newId, log, isStopping: () => state.isStopping };
  const routes = createRouteTable({
    ...parts,
    ...shared,
    cursors: createCursorSealer({ key: secretKey.derive('cursors'), clock }),
    version,
    serverUrl: () => address.url,
    pingDatabase: parts.database.ping,
  });
  const rest = createHttpApp({
    ...shared,
    routes,
    authenticate: async (token) =>
      (await parts.authenticateTransaction(token)) ?? parts.authenticator.authenticate(token),
    hosts: createHostCheck(config),
    readBody,
    trustProxy: config.trustProxy,
    isHttps: isHttps(tools),
    publicUrl: config.publicUrl,
    identify: parts.sessions.identify,
    pages: { clientDir: CLIENT_DIR, isPage: parts.isPage, components: describeComponents },
  });
  const trigger = createTrigger({
    ...shared,
    receive: parts.receive,
    readBody,
    callerAddress: createCallerAddress(config.trustProxy),
  });
  const server = createFront({ trigger, rest });
  parts.sockets.attach(server);
  return server;
}
