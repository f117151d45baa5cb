/** JSON as the viewer reads it: integers of any length, parts by their path, and how a part is written. */

/** What JSON can hold, and integers that a number would round. */
export type Value = string | number | boolean | bigint | null | readonly Value[] | Members;
export interface Members {
  readonly [name: string]: Value;
}

/** More is not drawn: its beginning is shown as text, the whole can be downloaded. */
export const MAX_CHARS = 1_000_000;
export const HEAD_CHARS = 20_000;

export type Parsed =
  { readonly status: 'parsed'; readonly value: Value } | { readonly status: 'large' | 'faulty'; readonly text: string };

export function parseJson(text: string): Parsed {
  if (text.length > MAX_CHARS) return { status: 'large', text };
  try {
    return { status: 'parsed', value: JSON.parse(text, keepDigits) as Value };
  } catch {
    return { status: 'faulty', text };
  }
}

/** Browsers that tell what a number was written as (all current ones) keep its digits; others round it as ever. */
function keepDigits(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  const isLong = typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined;
  return isLong && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

export const isFolder = (value: Value): value is readonly Value[] | Members =>
  typeof value === 'object' && value !== null;

export function membersOf(value: Value): readonly (readonly [string, Value])[] {
  if (!isFolder(value)) return [];
  return Array.isArray(value)
    ? (value as readonly Value[]).map((each, at) => [String(at), each] as const)
    : Object.entries(value);
}

/** As JSON, two spaces deep; integers with all their digits. */
export function print(value: Value, indent = ''): string {
  if (typeof value === 'bigint') return value.toString();
  if (!isFolder(value)) return JSON.stringify(value);
  const members = membersOf(value);
  const isList = Array.isArray(value);
  if (members.length === 0) return isList ? '[]' : '{}';
  const inner = `${indent}  `;
  const lines = members.map(
    ([name, member]) => `${inner}${isList ? '' : `${JSON.stringify(name)}: `}${print(member, inner)}`,
  );
  return `${isList ? '[' : '{'}\n${lines.join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}

/** `lines[0].sku`, with names in quotes that need them. */
export function pathText(path: readonly string[], root: Value): string {
  let at: Value | undefined = root;
  let text = '';
  for (const name of path) {
    const isList = Array.isArray(at);
    if (isList) text += `[${name}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(name)) text += text === '' ? name : `.${name}`;
    else text += `[${JSON.stringify(name)}]`;
    at = at !== undefined && isFolder(at) ? (at as Members)[name] : undefined;
  }
  return text;
}
