/**
 * The session's cookie as text. Each environment has its own, so one browser may be signed in to both. `__Host-` keeps
 * other hosts of the same domain from setting it; browsers take that prefix over https only.
 */
import { environmentName } from '../../schemas/app.ts';

export interface CookieScope {
  readonly environmentId: number;
  readonly isHttps: boolean;
}

const SECRET = /^[A-Za-z0-9_-]{43}$/;

export function cookieName({ environmentId, isHttps }: CookieScope): string {
  const name = environmentName(environmentId) === 'sandbox' ? 'earshot_sandbox' : 'earshot';
  return isHttps ? `__Host-${name}` : name;
}

export function cookieText(secret: string, scope: CookieScope, lifeMs: number): string {
  const attributes = ['Path=/', `Max-Age=${Math.floor(lifeMs / 1_000)}`, 'HttpOnly', 'SameSite=Lax'];
  if (scope.isHttps) attributes.push('Secure');
  return [`${cookieName(scope)}=${secret}`, ...attributes].join('; ');
}

export function clearedCookie(scope: CookieScope): string {
  return cookieText('', scope, 0);
}

/** The secret. Undefined where two are sent: one of them was planted, and nobody can tell which. */
export function readCookie(header: string | undefined, scope: CookieScope): string | undefined {
  if (header === undefined) return undefined;
  const name = `${cookieName(scope)}=`;
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(name))
    .map((pair) => pair.slice(name.length));
  const [value] = values;
  return values.length === 1 && value !== undefined && SECRET.test(value) ? value : undefined;
}
