/** Which pictures may be loaded: this site's own, and those that the address itself holds. The content security policy says the same. */
import { isOwn, safeUrl } from '../../render/safeUrl.ts';

// A drawing (svg) in an `img` runs no scripts and loads nothing.
const HELD = /^data:image\/(png|jpe?g|gif|webp|avif|bmp|svg\+xml)[;,]/i;

export function isShowable(src: string): boolean {
  if (HELD.test(src)) return true;
  const url = safeUrl(src);
  return url !== undefined && isOwn(url);
}
