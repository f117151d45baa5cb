/**
 * The one place that says which addresses may become links, sources of images or targets of navigation: http(s),
 * mailto, tel, and what lies on this server. An author's data decides them, so anything else is nothing.
 */
const ALLOWED = new Set(['http:', 'https:', 'mailto:', 'tel:']);
/** A base that no real address has; what resolves to it is relative. */
const HERE = 'https://here.invalid';
/** A path or another host, depending on what the page was loaded with. */
const HALF = /^https?:(?!\/\/)/i;

/** The address as it may be used, or undefined. `//host` is refused: it looks like a path and leaves the server. */
export function safeUrl(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const url = text.trim();
  if (url === '' || url.startsWith('//') || url.includes('\\') || hasControl(url) || HALF.test(url)) return undefined;
  const parsed = parse(url, HERE);
  return parsed !== undefined && ALLOWED.has(parsed.protocol) ? url : undefined;
}

/** Whether it lies on this server, as written: a path, a query or a fragment. */
export function isOwn(url: string): boolean {
  const parsed = parse(url, HERE);
  // The origin of `blob:https://here.invalid/…` is that of the address within it.
  return parsed?.protocol === 'https:' && parsed.origin === HERE;
}

function parse(url: string, base: string): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}

/** Browsers drop these before they read an address, so what was checked would not be what is used. */
function hasControl(text: string): boolean {
  return Array.from(text).some((char) => char.codePointAt(0)! < 0x20 || char.codePointAt(0) === 0x7f);
}
