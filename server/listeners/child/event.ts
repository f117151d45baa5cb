/** Turns an event's bytes into what the listener sees. Done here so that the server never parses them for a run. */
import { type EventKind } from '../../schemas/run.ts';

const utf8 = new TextDecoder();

export function parseEvent(kind: EventKind, body: Uint8Array | null): unknown {
  const bytes = body ?? new Uint8Array();
  switch (kind) {
    case 'json':
      return bytes.length === 0 ? {} : JSON.parse(utf8.decode(bytes), dropPrototype(bytes));
    case 'text':
      return utf8.decode(bytes);
    case 'form':
      return formObject(utf8.decode(bytes));
    case 'base64':
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    case 'none':
      return {};
  }
}

/** `{"__proto__": …}` parses to an own member that turns into a prototype once somebody copies it: taken out. */
function dropPrototype(bytes: Uint8Array): ((key: string, value: unknown) => unknown) | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!text.includes('__proto__') && !text.includes('\\u00')) return undefined;
  return (key, value) => (key === '__proto__' ? undefined : value);
}

function formObject(text: string): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : typeof before === 'string' ? [before, value] : [...before, value]);
  }
  fields.delete('__proto__');
  return Object.fromEntries(fields);
}
