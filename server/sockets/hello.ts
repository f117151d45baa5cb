/** The first thing a browser is told, and again when it changes: who it is here, and what it may open. */
import { environmentName } from '../schemas/app.ts';
import type { Hello } from '../schemas/socket.ts';
import type { LivePages } from '../views/page.ts';
import type { Caller } from './caller.ts';

export interface HelloDeps {
  readonly pages: Pick<LivePages, 'routesFor' | 'problems'>;
  readonly version: string;
  readonly isDevelopment: boolean;
}

export function helloTo({ who, user }: Caller, { pages, version, isDevelopment }: HelloDeps): Hello {
  return {
    environment: environmentName(who.environmentId),
    user: user && { id: user.id, name: user.name, email: user.email },
    roles: who.roles,
    routes: pages.routesFor(who),
    version,
    problems: isDevelopment ? pages.problems() : [],
  };
}
