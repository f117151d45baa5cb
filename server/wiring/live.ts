/** Wires what browsers see: views over live data, and the sockets they are followed through. */
import { randomBytes } from 'node:crypto';
import { createCallerAddress } from '../http/caller.ts';
import { problemOf } from '../http/problem.ts';
import { createOriginCheck } from '../http/visitor.ts';
import { createHostCheck } from '../lib/hostCheck.ts';
import { components } from '../schemas/components/catalogue.ts';
import { createSockets } from '../sockets/sockets.ts';
import { createLivePages } from '../views/livePages.ts';
import type { Code } from './code.ts';
import type { Events } from './events.ts';
import type { Flow } from './flow.ts';
import type { Storage } from './storage.ts';
import type { Tools } from './tools.ts';
import type { Users } from './users.ts';
import type { WayOut } from './wayOut.ts';

export function wireLive(tools: Tools, parts: Storage & Code & WayOut & Flow & Events & Users) {
  const { config, clock, newId, log, lifecycle, version, isDevelopment } = tools;
  const { viewCode } = parts;
  const pages = createLivePages({
    code: viewCode,
    find: parts.findDocs,
    changes: parts.changes,
    clock,
    secret: randomBytes(32),
    log,
    isDevelopment,
    components,
  });
  const hosts = createHostCheck(config);
  const sockets = createSockets({
    ...parts,
    pages,
    users: { markJoined: parts.users.markJoined, onChanged: parts.sessions.onChanged },
    onPagesChange: (heard) => void viewCode.onChange(heard),
    hasListener: (name) => parts.listeners.get(name) !== undefined,
    authenticate: parts.authenticator.authenticate,
    isKnownHost: hosts.isAllowed,
    isOwnOrigin: createOriginCheck(config.publicUrl),
    allowedOrigins: config.allowedOrigins,
    addressOf: createCallerAddress(config.trustProxy),
    observe: parts.exposure.observe,
    problemOf,
    version,
    isDevelopment,
    newId,
    clock,
    log,
  });
  Object.assign(parts.hostMethods, sockets.methods);
  parts.metrics.showLive(sockets.stats);
  return {
    pages,
    sockets,
    /** Whether the app has a page at a path, for anybody at all. */
    isPage: (_environmentId: number, path: string) => pages.isRoute('page', path),
    startLive() {
      pages.start();
      lifecycle.onStop('views', pages.stop);
      lifecycle.onStop('sockets', sockets.stop);
      void sockets.systemStart();
    },
  };
}

export type Live = ReturnType<typeof wireLive>;
