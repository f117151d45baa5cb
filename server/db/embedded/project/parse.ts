/**
 * Reads a projection: which fields to keep or to leave out, and what else to do to them. Everything that can be wrong with it is
 * found here, with MongoDB's own numbers.
 */
import { badValue, location } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { splitWritePath } from '../values/paths.ts';
import { show } from '../values/show.ts';
import { isNumber, isPlainObject, toBigInt, toNumber } from '../values/types.ts';
import { createTree, plant, type Tree } from './tree.ts';

export interface Slice {
  readonly parts: readonly string[];
  /** From where (negative: from the end) and how many. */
  readonly skip: number;
  readonly limit: number;
}

export interface ProjectionPlan {
  readonly mode: 'inclusion' | 'exclusion';
  /** The paths that are included or excluded, without _id's own rule. */
  readonly tree: Tree;
  readonly idRule: 'default' | 'included' | 'excluded';
  readonly slices: readonly Slice[];
  readonly elementMatches: readonly { readonly name: string; readonly operand: unknown }[];
  readonly computed: readonly { readonly parts: readonly string[]; readonly expression: unknown }[];
  readonly positional: readonly string[] | undefined;
}

type Entry =
  | { readonly kind: 'flag'; readonly isIncluded: boolean }
  | { readonly kind: 'slice'; readonly skip: number; readonly limit: number }
  | { readonly kind: 'element'; readonly operand: unknown }
  | { readonly kind: 'computed'; readonly expression: unknown }
  | { readonly kind: 'positional' };
type Found = readonly [path: string, parts: readonly string[], entry: Entry];

export function parseProjection(spec: Doc): ProjectionPlan {
  const found = entriesOf(spec, '');
  const all = createTree();
  for (const [path, parts] of found) plant(all, parts, path);
  checkTogether(found);
  const flags = found.filter(([path, , entry]) => entry.kind === 'flag' && path !== '_id');
  const mode = modeOf(found, flags);
  const tree = createTree();
  for (const [path, parts, entry] of found) if (belongsInTree(path, entry, mode)) plant(tree, parts, path);
  const id = found.find(([path, , entry]) => path === '_id' && entry.kind === 'flag')?.[2];
  return {
    mode,
    tree,
    idRule: id?.kind !== 'flag' ? 'default' : id.isIncluded ? 'included' : 'excluded',
    slices: found.flatMap(([, parts, entry]) => (entry.kind === 'slice' ? [{ ...entry, parts }] : [])),
    elementMatches: found.flatMap(([name, , entry]) => (entry.kind === 'element' ? [{ ...entry, name }] : [])),
    computed: found.flatMap(([, parts, entry]) => (entry.kind === 'computed' ? [{ ...entry, parts }] : [])),
    positional: found.find(([, , entry]) => entry.kind === 'positional')?.[1],
  };
}

/** What $elemMatch and expressions give is put there afterwards; in an inclusion everything else has to be kept first. */
function belongsInTree(path: string, entry: Entry, mode: 'inclusion' | 'exclusion'): boolean {
  if (entry.kind === 'flag') return path !== '_id';
  return mode === 'inclusion' && (entry.kind === 'slice' || entry.kind === 'positional');
}

function modeOf(found: readonly Found[], flags: readonly Found[]): 'inclusion' | 'exclusion' {
  let mode: 'inclusion' | 'exclusion' | undefined;
  for (const [path, , entry] of flags) {
    if (entry.kind !== 'flag') continue;
    const wanted = entry.isIncluded ? 'inclusion' : 'exclusion';
    if (mode !== undefined && mode !== wanted) {
      throw entry.isIncluded
        ? location(31253, `Cannot do inclusion on field ${path} in exclusion projection`)
        : location(31254, `Cannot do exclusion on field ${path} in inclusion projection`);
    }
    mode = wanted;
  }
  if (mode === 'exclusion') {
    if (found.some(([, , entry]) => entry.kind === 'computed')) {
      throw location(31252, 'Cannot use an expression in an exclusion projection');
    }
    if (found.some(([, , entry]) => entry.kind === 'positional')) {
      throw location(31395, 'positional projection cannot be used with exclusion');
    }
  }
  if (mode !== undefined) return mode;
  const includes = found.some(
    ([path, , entry]) =>
      entry.kind === 'element' ||
      entry.kind === 'computed' ||
      entry.kind === 'positional' ||
      (path === '_id' && entry.kind === 'flag' && entry.isIncluded),
  );
  return includes ? 'inclusion' : 'exclusion';
}

function checkTogether(found: readonly Found[]): void {
  const positionals = found.filter(([, , entry]) => entry.kind === 'positional').length;
  if (positionals > 1) throw location(31276, 'Cannot specify more than one positional projection per query.');
  if (positionals === 1 && found.some(([, , entry]) => entry.kind === 'element')) {
    throw location(31256, 'Cannot specify positional operator and $elemMatch.');
  }
}

function entriesOf(spec: Doc, prefix: string): Found[] {
  return Object.keys(spec).flatMap((name): Found[] => {
    const path = prefix + name;
    const operand = spec[name];
    if (path.endsWith('.$')) {
      if (prefix !== '') throw location(31271, `positional projection '${path}' cannot be nested`);
      return [[path.slice(0, -2), partsOf(path.slice(0, -2)), { kind: 'positional' }]];
    }
    const parts = partsOf(path);
    if (typeof operand === 'boolean') return [[path, parts, { kind: 'flag', isIncluded: operand }]];
    if (isNumber(operand)) return [[path, parts, { kind: 'flag', isIncluded: toNumber(operand) !== 0 }]];
    if (!isPlainObject(operand)) return [[path, parts, { kind: 'computed', expression: operand }]];
    return objectEntries(operand, path, parts);
  });
}

function objectEntries(operand: Doc, path: string, parts: readonly string[]): Found[] {
  const names = Object.keys(operand);
  const [first] = names;
  if (first === undefined) {
    throw location(51270, `An empty sub-projection is not a valid value. Found empty object at path ${path}`);
  }
  if (!first.startsWith('$')) return entriesOf(operand, `${path}.`);
  if (names.length > 1) {
    throw location(31272, `Cannot use more than one operator in the projection of ${path}: ${show(operand)}`);
  }
  switch (first) {
    case '$slice':
      return [[path, parts, sliceOf(operand.$slice)]];
    case '$elemMatch':
      if (!isPlainObject(operand.$elemMatch)) throw location(31274, 'elemMatch: Invalid argument, object required');
      if (parts.length > 1) throw location(31275, 'Cannot use $elemMatch projection on a nested field');
      return [[path, parts, { kind: 'element', operand: operand.$elemMatch }]];
    case '$meta':
      throw badValue(`The embedded engine has no metadata such as ${show(operand.$meta)} to project`);
    default:
      return [[path, parts, { kind: 'computed', expression: operand }]];
  }
}

function sliceOf(operand: unknown): Entry {
  const numbers: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const [first, second] = numbers.map((value) => (isNumber(value) ? toBigInt(value) : undefined));
  if (first === undefined || numbers.length > 2 || (Array.isArray(operand) && second === undefined)) {
    throw location(
      28667,
      `Invalid $slice syntax. The given syntax { $slice: ${show(operand)} } did not match the find() syntax`,
    );
  }
  if (second === undefined) {
    const count = Number(first);
    return count < 0
      ? { kind: 'slice', skip: count, limit: Number.MAX_SAFE_INTEGER }
      : { kind: 'slice', skip: 0, limit: count };
  }
  if (second <= 0n)
    throw location(28724, `First argument to $slice must be an array, limit must be positive: ${show(operand)}`);
  return { kind: 'slice', skip: Number(first), limit: Number(second) };
}

function partsOf(path: string): readonly string[] {
  if (path === '') throw location(40352, 'FieldPath cannot be constructed with empty string');
  if (path.endsWith('.')) throw location(40353, "FieldPath must not end with a '.'.");
  const parts = splitWritePath(path);
  for (const part of parts) {
    if (part === '') throw location(15998, 'FieldPath field names may not be empty strings.');
    if (part.startsWith('$') && part !== '$ref' && part !== '$id' && part !== '$db') {
      throw location(16410, `FieldPath field names may not start with '$'. Given '${part}'.`);
    }
  }
  return parts;
}
