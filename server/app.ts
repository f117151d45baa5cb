/**
 * Starts and stops Earshot. The parts are wired in `wiring/`, in the order in which they need each other: storage, the
 * author's code, the way out, the rules, the flow from request to finished run, from event to delivery, and the edge. Only there are create functions
 * called. What is opened registers its closing in `lifecycle`; stopping runs those in reverse.
 */
import { openCode } from './wiring/code.ts';
import { wireCrons } from './wiring/crons.ts';
import { wireDeliveries } from './wiring/deliveries.ts';
import { wireEdge } from './wiring/edge.ts';
import { wireEvents } from './wiring/events.ts';
import { wireFlow } from './wiring/flow.ts';
import { startRetention } from './wiring/retention.ts';
import { wireLive } from './wiring/live.ts';
import { openRules } from './wiring/rules.ts';
import { openStorage } from './wiring/storage.ts';
import type { Address, AppOptions, Tools } from './wiring/tools.ts';
import { wireUsers } from './wiring/users.ts';
import { openWayOut } from './wiring/wayOut.ts';
import { credentialsPath } from './apps/credentials.ts';
import { type StartedApp } from './apps/firstStart.ts';
import { listen, stopAccepting } from './http/listen.ts';
import { systemClock } from './lib/clock.ts';
import { createIdMaker } from './lib/ids.ts';
import { createLifecycle, type Lifecycle } from './lib/lifecycle.ts';

export interface RunningApp {
  /** Where this machine reaches it. */
  readonly url: string;
  readonly app: StartedApp;
  readonly credentialsPath: string;
  readonly isLoopbackOpen: boolean;
  /** Settles when Earshot cannot go on: it should end, and whoever supervises it start it again. */
  readonly failed: Promise<Error>;
  readonly stop: Lifecycle['stop'];
}

/** Starts Earshot and resolves when it listens. On a fault everything that was opened is closed again. */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const lifecycle = createLifecycle();
  const state = { isStopping: false };
  const { clock = systemClock } = options;
  const address: Address = { url: options.config.publicUrl ?? '', own: [] };
  try {
    const tools: Tools = { ...options, lifecycle, clock, newId: createIdMaker(clock.now), address };
    const { config } = options;
    const storage = await openStorage(tools);
    const opened = {
      ...storage,
      ...(await openCode(tools)),
      ...openWayOut(tools),
      ...(await openRules(tools, storage)),
    };
    const flow = wireFlow(tools, opened);
    const deliveries = wireDeliveries(tools, { ...opened, ...flow }, { publish: (event) => events.publish(event) });
    const events = wireEvents(tools, { ...opened, ...flow, ...deliveries });
    const crons = wireCrons(tools, { ...opened, ...flow });
    const users = wireUsers(tools, storage);
    const live = wireLive(tools, { ...opened, ...flow, ...events, ...users });
    const parts = { ...opened, ...flow, ...deliveries, ...events, ...crons, ...users, ...live };
    const server = wireEdge(tools, parts, state);
    lifecycle.onStop('connections', () => server.closeAllConnections()); // callers that wait for a result, at the latest
    startRetention(tools, storage);
    await parts.startDeliveries();
    await parts.startEvents();
    await parts.startRuns();
    await parts.startCrons();
    parts.startLive();
    const url = await listen(server, config);
    lifecycle.onStop('front door', () => stopAccepting(server));
    address.url ||= url;
    address.own = [...new Set([url, address.url])];
    return {
      url,
      app: storage.app,
      credentialsPath: credentialsPath(config.dataDir),
      isLoopbackOpen: parts.loopback.isOpen(),
      failed: storage.database.died,
      stop: () => {
        state.isStopping = true;
        return lifecycle.stop();
      },
    };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}
