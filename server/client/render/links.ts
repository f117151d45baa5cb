/** Links. Own pages are shown by the client, with the environment's base kept; other hosts open apart and learn nothing of us. */
import { createElement, type ComponentPropsWithRef, type MouseEvent, type ReactNode } from 'react';
import { useLocation, useRouter } from 'wouter';
import { useHost } from './host.ts';
import { targetOf } from './target.ts';

export { safeUrl } from './safeUrl.ts';

export interface AnchorProps extends Omit<ComponentPropsWithRef<'a'>, 'href' | 'target' | 'rel'> {
  readonly to: string;
}

/** An `<a>`; where the address is not allowed, its content without a link. Fits `component={Anchor}` of Mantine. */
export function Anchor({ to, onClick, ...rest }: AnchorProps): ReactNode {
  const { base } = useRouter();
  const [here] = useLocation();
  const { navigate } = useHost();
  const target = targetOf(to, base, here);
  if (target === undefined) return createElement('span', rest as ComponentPropsWithRef<'span'>);
  if (target.type === 'elsewhere') {
    return createElement('a', { ...rest, href: target.href, target: '_blank', rel: 'noopener noreferrer', onClick });
  }
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (target.type !== 'page' || event.defaultPrevented || event.button !== 0 || hasModifier(event)) return;
    event.preventDefault();
    navigate(to);
  };
  return createElement('a', { ...rest, href: target.href, onClick: follow });
}

const hasModifier = (event: MouseEvent) => event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
