/** `$project`, `$set`/`$addFields`, `$unset`. */
import { type Doc } from '../../values/codec.ts';
import { isPlainObject } from '../../values/types.ts';
import { compileExpression, parsePath, type Scope } from '../expression/compile.ts';
import { asNumber, isNumeric } from '../expression/numbers.ts';
import { fail, nameOfType } from '../expression/values.ts';
import { each, needObject, type PlainStageCompiler } from '../stage.ts';
import { addLeaf, applyShape, createNode, type ShapeNode } from './shape.ts';

type Entry = { readonly path: readonly string[]; readonly spec: unknown } & (
  { readonly kind: 'flag'; readonly isKept: boolean } | { readonly kind: 'computed' }
);

export const project: PlainStageCompiler = (spec, { scope }) => {
  const fields = needObject(spec, 15969, '$project specification must be an object');
  if (Object.keys(fields).length === 0) fail(51272, 'projection specification must have at least one field');
  const node = compileProjectShape(fields, scope);
  return each((doc) => applyShape(node, doc));
};

export function compileProjectShape(fields: Doc, scope: Scope): ShapeNode {
  const entries = [...entriesOf(fields, [])];
  const isId = ({ path }: Entry): boolean => path.length === 1 && path[0] === '_id';
  const deciding = entries.find((entry) => !isId(entry)) ?? entries[0];
  // Only `_id: 0` excludes; `_id: 1` alone, or anything computed, includes.
  const isExclusion = deciding?.kind === 'flag' && !deciding.isKept;
  const node = createNode(isExclusion ? 'keep' : 'drop');
  if (!isExclusion && !entries.some(({ path }) => path[0] === '_id')) addLeaf(node, ['_id'], 'keep');
  for (const entry of entries) {
    const shown = entry.path.join('.');
    if (entry.kind === 'computed') {
      if (isExclusion) fail(31252, `Cannot use expression other than $meta in exclusion projection: ${shown}`);
      addLeaf(node, entry.path, compileExpression(entry.spec, scope));
    } else if (isExclusion) {
      if (entry.isKept && !isId(entry)) fail(31253, `Cannot do inclusion on field ${shown} in exclusion projection`);
      if (!entry.isKept) addLeaf(node, entry.path, 'drop');
    } else {
      if (!entry.isKept && !isId(entry)) fail(31254, `Cannot do exclusion on field ${shown} in inclusion projection`);
      if (entry.isKept) addLeaf(node, entry.path, 'keep');
    }
  }
  return node;
}

/** Nested objects are paths, unless they are expressions. */
function* entriesOf(fields: Doc, prefix: readonly string[]): Generator<Entry> {
  for (const key of Object.keys(fields)) {
    if (key.startsWith('$'))
      fail(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`);
    const path = [...prefix, ...parsePath(key)];
    const spec = fields[key];
    if (typeof spec === 'boolean') yield { path, spec, kind: 'flag', isKept: spec };
    else if (isNumeric(spec)) yield { path, spec, kind: 'flag', isKept: asNumber(spec) !== 0 };
    else if (isPlainObject(spec) && !Object.keys(spec)[0]?.startsWith('$')) {
      if (Object.keys(spec).length === 0)
        fail(51270, `An empty sub-projection is not a valid value. Found empty object at path ${path.join('.')}`);
      yield* entriesOf(spec, path);
    } else yield { path, spec, kind: 'computed' };
  }
}

export const addFields: PlainStageCompiler = (spec, { scope }, name) => {
  const node = compileAddShape(needObject(spec, 40272, `${name} specification stage must be an object`), scope);
  return each((doc) => applyShape(node, doc));
};

export function compileAddShape(fields: Doc, scope: Scope): ShapeNode {
  const node = createNode('keep');
  addComputed(node, fields, [], scope);
  return node;
}

function addComputed(node: ShapeNode, fields: Doc, prefix: readonly string[], scope: Scope): void {
  for (const key of Object.keys(fields)) {
    if (key.startsWith('$'))
      fail(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`);
    const path = [...prefix, ...parsePath(key)];
    const spec = fields[key];
    if (isPlainObject(spec) && !Object.keys(spec)[0]?.startsWith('$')) {
      if (Object.keys(spec).length === 0)
        fail(40180, `an empty object is not a valid value. Found empty object at path: ${path.join('.')}`);
      addComputed(node, spec, path, scope);
    } else addLeaf(node, path, compileExpression(spec, scope));
  }
}

export const unset: PlainStageCompiler = (spec) => {
  const paths: readonly unknown[] = Array.isArray(spec) ? spec : [spec];
  if (typeof spec !== 'string' && !Array.isArray(spec))
    fail(31002, `$unset specification must be a string or an array, got ${nameOfType(spec)}`);
  if (paths.length === 0) fail(31119, '$unset specification must be a string or an array with at least one field');
  const node = createNode('keep');
  for (const path of paths) {
    if (typeof path !== 'string')
      fail(31120, '$unset specification must be a string or an array containing only string values');
    addLeaf(node, parsePath(path), 'drop');
  }
  return each((doc) => applyShape(node, doc));
};
