/** The address of the sign-in page, and where one goes from there. */
import { targetOf } from '../render/target.ts';
import type { Place } from './place.ts';

export function signInHref({ base }: Place, next: string): string {
  return `${base}/_earshot/sign-in${next === '/' ? '' : `?next=${encodeURIComponent(next)}`}`;
}

/** Only a page of this app: a link that somebody sends must not lead elsewhere after signing in. */
export function nextHref({ base }: Place, search: string): string {
  const target = targetOf(new URLSearchParams(search).get('next') ?? '/', base, '/');
  const isPage = target?.type === 'page' && !target.path.startsWith('/_earshot/sign-in');
  return isPage ? target.href : `${base}/`;
}
