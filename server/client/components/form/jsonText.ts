/** JSON as a person types it, and where it stops being JSON. Browsers tell the place in different words, or not at all. */
import type { Json } from '../../../schemas/json.ts';

export type Read =
  | { readonly ok: true; /** Undefined where nothing was typed. */ readonly value: Json | undefined }
  | { readonly ok: false; readonly message: string; /** Where in the text. */ readonly at: number };

export function readJson(text: string): Read {
  if (text.trim() === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    const at = faultIn(text);
    const before = text.slice(0, at).split('\n');
    return { ok: false, at, message: `Not JSON at line ${before.length}, column ${before.at(-1)!.length + 1}.` };
  }
}

export function printJson(value: Json | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}

const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** What may come next. */
type Next = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'nothing';

/** The first place at which no JSON goes on as this text does. */
function faultIn(text: string): number {
  const open: ('{' | '[')[] = [];
  let next: Next = 'value';
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    const start = at + /^[ \t\n\r]*/.exec(text.slice(at))![0].length;
    if (token === null) return start;
    const kind = token[1] ?? (token[2] === undefined ? 'plain' : 'text');
    const after = step(kind, next, open);
    if (after === undefined) return start;
    next = after;
    at = TOKEN.lastIndex;
  }
}

/** Undefined where this may not come. `open` is what was begun and not ended. */
function step(kind: string, next: Next, open: ('{' | '[')[]): Next | undefined {
  const ended = (): Next => (open.length === 0 ? 'nothing' : ', or end');
  const inside = open.at(-1);
  if (kind === '{' || kind === '[') {
    if (next !== 'value' && next !== 'value or ]') return undefined;
    open.push(kind);
    return kind === '{' ? 'name or }' : 'value or ]';
  }
  if (kind === '}' || kind === ']') {
    const isEmpty = next === (kind === '}' ? 'name or }' : 'value or ]');
    const isEnd = next === ', or end' && inside === (kind === '}' ? '{' : '[');
    if (!isEmpty && !isEnd) return undefined;
    open.pop();
    return ended();
  }
  if (kind === ',') return next !== ', or end' ? undefined : inside === '{' ? 'name' : 'value';
  if (kind === ':') return next === ':' ? 'value' : undefined;
  if (next === 'name' || next === 'name or }') return kind === 'text' ? ':' : undefined;
  return next === 'value' || next === 'value or ]' ? ended() : undefined;
}
