/** Where an address leads: to a page that the client shows, to something else of this server, or elsewhere. */
import { isOwn, safeUrl } from './safeUrl.ts';

/** Paths of this server that the browser program does not show: they are loaded like any other page. */
const SERVED =
  /^\/(apps?|auth|docs|assets|metrics|health|socket\.io|(openapi|components)\.json|sdk\.(js|d\.ts)|favicon\.svg)(\/|\?|#|$)/;

export type Target =
  /** `path` is without the base of the environment, `href` with it. */
  | { readonly type: 'page'; readonly path: string; readonly href: string }
  | { readonly type: 'fragment' | 'served' | 'elsewhere'; readonly href: string };

/** Undefined where the address is not allowed. `base` is '' or '/@sandbox'; `here` the path of the present page, without it. */
export function targetOf(to: unknown, base: string, here: string): Target | undefined {
  const url = safeUrl(to);
  if (url === undefined) return undefined;
  if (!isOwn(url)) return { type: 'elsewhere', href: url };
  if (url.startsWith('#')) return { type: 'fragment', href: url };
  if (SERVED.test(url)) return { type: 'served', href: url };
  const { pathname, search, hash } = new URL(url, new URL(here, 'https://here.invalid'));
  // What becomes `//host` once its dots are resolved would be a host where the path is used again.
  if (pathname.startsWith('//')) return undefined;
  const path = `${pathname}${search}${hash}`;
  return { type: 'page', path, href: `${base}${path}` };
}
