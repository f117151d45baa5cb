/** The rows of a JSON viewer: what is unfolded, and what a search found. Paths are JSON Pointers. */
import { isFolder, membersOf, type Value } from './jsonValue.ts';

export interface JsonRow {
  readonly id: string;
  readonly path: readonly string[];
  readonly name: string | undefined;
  readonly value: Value;
  /** From 1. */
  readonly level: number;
  readonly isOpen: boolean | undefined;
}

/** More are not looked through. */
const MAX_LOOKS = 200_000;
const MAX_FOUND = 1_000;

const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
const below = (id: string, name: string) => `${id}/${escape(name)}`;

export function rowsOf(root: Value, isOpen: (id: string, level: number) => boolean): readonly JsonRow[] {
  const rows: JsonRow[] = [];
  const visit = (value: Value, id: string, path: readonly string[], level: number) => {
    const open = isFolder(value) && membersOf(value).length > 0 ? isOpen(id, level) : undefined;
    rows.push({ id, path, name: path.at(-1), value, level, isOpen: open });
    if (open !== true) return;
    for (const [name, member] of membersOf(value)) visit(member, below(id, name), [...path, name], level + 1);
  };
  visit(root, '', [], 1);
  return rows;
}

/** The ids of all rows whose name or value holds the text, in reading order. */
export function search(root: Value, text: string): readonly string[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const found: string[] = [];
  let looks = 0;
  const visit = (value: Value, id: string, name: string) => {
    if (++looks > MAX_LOOKS || found.length >= MAX_FOUND) return;
    const own = isFolder(value) ? '' : String(value);
    if (name.toLowerCase().includes(wanted) || own.toLowerCase().includes(wanted)) found.push(id);
    for (const [member, inner] of membersOf(value)) visit(inner, below(id, member), member);
  };
  visit(root, '', '');
  return found;
}

/** All that a row stands in, the outermost first: `/a/b` stands in `` and `/a`. */
export function ancestorsOf(id: string): readonly string[] {
  const parts = id.split('/');
  return parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join('/'));
}
