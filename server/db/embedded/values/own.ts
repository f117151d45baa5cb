/**
 * Own properties only. A document may contain keys such as `__proto__` or `constructor` as its own data; reading and writing
 * them must never reach a prototype.
 */
import { type Doc } from './doc.ts';

export function hasOwn(doc: object, key: string): boolean {
  return Object.hasOwn(doc, key);
}

/** Names that every object inherits; only for these does a read need to ask who owns the property. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

export function isInheritedName(key: string): boolean {
  return INHERITED.has(key);
}

export function getOwn(doc: Doc, key: string): unknown {
  return Object.hasOwn(doc, key) ? doc[key] : undefined;
}

export function setOwn(doc: Doc, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(doc, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    doc[key] = value;
  }
}
