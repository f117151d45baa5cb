/** What stays for as long as the page is not loaded anew: the connection and its routes, by the place they belong to. */
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
    live = { connection, routes: createRoutes(connection) };
  }
  return live;
}

/** Somebody else is before the browser now. */
export function restartLive(): void {
  live?.connection.restart();
}
