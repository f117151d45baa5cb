/** What stays for as long as the page is not loaded anew: the connection and its routes, by the place they belong to. */
import { clock } from '../components/fact/clock.ts';
import { createConnection, type Connection } from '../live/connection.ts';
import { createRoutes, type Routes } from '../live/routes.ts';
import type { Place } from './place.ts';

export interface Live {
  readonly connection: Connection;
  readonly routes: Routes;
}

let live: Live | undefined;

/** One for all: leaving for the sign-in page and coming back does not connect twice. */
export function liveOf({ environment }: Place): Live {
  if (live === undefined) {
    const connection = createConnection({ auth: { environment } });
    connection.hello.subscribe(() => setClock(connection.hello.get()?.now));
    live = { connection, routes: createRoutes(connection) };
  }
  return live;
}

/** What the way here took makes the server's clock seem behind: so little is no reason to correct this one. */
const CLOSE_MS = 1_000;

function setClock(serverMs: number | undefined): void {
  if (serverMs === undefined) return;
  const aheadMs = serverMs - Date.now();
  clock.correctBy(Math.abs(aheadMs) < CLOSE_MS ? 0 : aheadMs);
}

/** Somebody else is before the browser now. */
export function restartLive(): void {
  live?.connection.restart();
}
