/** A view with everything nested in it, as it is shown. Never changed; the same object while nothing in it changed. */
import type { Json } from '../../schemas/json.ts';
import { hasComponentShape, sizeOf } from '../trees/size.ts';
import type { Coded } from './codes.ts';
import { fill, type Outline } from './outline.ts';

export interface Built {
  readonly id: number;
  readonly ui: Json;
  readonly codes: readonly Coded[];
  readonly children: readonly Built[];
  /** Of it and all within it. */
  readonly nodes: number;
  readonly codeCount: number;
  readonly bytes: number;
}

let lastId = 0;

export function build(
  ui: Json,
  { nodes, codes }: Pick<Outline, 'nodes' | 'codes'>,
  children: readonly Built[] = [],
): Built {
  return {
    id: ++lastId,
    ui,
    codes,
    children,
    nodes: children.reduce((sum, child) => sum + child.nodes, nodes),
    codeCount: children.reduce((sum, child) => sum + child.codeCount, codes.length),
    bytes: sizeOf(ui),
  };
}

const NONE = { nodes: 1, codes: [] };

export function buildBox(box: Json): Built {
  return build(box, NONE);
}

/**
 * Remembers what was built of an outline, by its children, as long as somebody shows it: a page that does not change
 * but for one of its views is the same page for all who see the same of that view.
 */
export function createBuilder() {
  const known = new WeakMap<Outline, Map<string, WeakRef<Built>>>();

  return function buildOf(outline: Outline, children: readonly Built[]): Built {
    const byChildren = known.get(outline) ?? new Map<string, WeakRef<Built>>();
    known.set(outline, byChildren);
    const key = children.map(({ id }) => id).join();
    const before = byChildren.get(key)?.deref();
    if (before !== undefined) return before;
    const keyed = children.map(({ ui }, i) => withKey(ui, outline.views[i]?.key));
    const built = build(fill(outline.template, keyed), outline, children);
    if (byChildren.size >= MAX_REMEMBERED) forgetTheDead(byChildren);
    byChildren.set(key, new WeakRef(built));
    return built;
  };
}

const MAX_REMEMBERED = 500;

function forgetTheDead(byChildren: Map<string, WeakRef<Built>>): void {
  for (const [key, ref] of byChildren) if (ref.deref() === undefined) byChildren.delete(key);
}

const keyed = new WeakMap<object, Map<string, Json>>();

/** A view's `key` is that of what stands in its place, unless that has one itself. */
function withKey(ui: Json, key: string | undefined): Json {
  if (key === undefined || !hasComponentShape(ui) || typeof ui.key === 'string') return ui;
  const byKey = keyed.get(ui) ?? new Map<string, Json>();
  keyed.set(ui, byKey);
  const known = byKey.get(key) ?? { ...ui, key };
  byKey.set(key, known);
  return known;
}

/** Everything that the two have not in common: what `before` has and `now` has not. */
export function codesGone(before: Built, now: Built): readonly Coded[] {
  const staying = new Set<Built>();
  collect(now, staying);
  const stillThere = new Set<string>();
  const gone: Coded[] = [];
  const visit = (built: Built): void => {
    if (staying.has(built)) return;
    gone.push(...built.codes);
    built.children.forEach(visit);
  };
  visit(before);
  if (gone.length > 0) for (const built of staying) for (const { code } of built.codes) stillThere.add(code);
  return gone.filter(({ code }) => !stillThere.has(code));
}

function collect(built: Built, into: Set<Built>): void {
  if (into.has(built)) return;
  into.add(built);
  for (const child of built.children) collect(child, into);
}

const tables = new WeakMap<Built, ReadonlyMap<string, Coded>>();

/** By code; made when somebody first presses. */
export function codeTable(built: Built): ReadonlyMap<string, Coded> {
  const known = tables.get(built);
  if (known !== undefined) return known;
  const all = new Set<Built>();
  collect(built, all);
  const table = new Map([...all].flatMap(({ codes }) => codes.map((coded) => [coded.code, coded] as const)));
  tables.set(built, table);
  return table;
}
