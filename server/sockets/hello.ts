/** The first thing a browser is told, and again when it changes: who it is here, and what it may open. */
import type { Clock } from '../lib/clock.ts';
import { environmentName } from '../schemas/app.ts';
import type { Hello } from '../schemas/socket.ts';
import type { LivePages } from '../views/page.ts';
import type { Caller } from './caller.ts';

export interface HelloDeps {
  readonly pages: Pick<LivePages, 'routesFor' | 'titlesFor' | 'problems'>;
  readonly clock: Clock;
  readonly version: string;
  readonly isDevelopment: boolean;
}

export function helloTo({ who, user }: Caller, { pages, clock, version, isDevelopment }: HelloDeps): Hello {
  return {
    environment: environmentName(who.environmentId),
    user: user && { id: user.id, name: user.name, email: user.email },
    roles: who.roles,
    routes: pages.routesFor(who),
    titles: pages.titlesFor(who),
    now: clock.now(),
    version,
    problems: isDevelopment ? pages.problems() : [],
  };
}
