/** `$unwind`: one document for each element of an array. */
import { Long } from 'bson';
import { type Doc } from '../../values/codec.ts';
import { isPlainObject } from '../../values/types.ts';
import { parsePath } from '../expression/compile.ts';
import { fail, isNullish, nameOfType, setField } from '../expression/values.ts';
import { type StageCompiler, stream } from '../stage.ts';

export const unwind: StageCompiler = (spec, { pace }) => {
  if (typeof spec !== 'string' && !isPlainObject(spec))
    fail(15981, `expected either a string or an object as specification for $unwind stage, got ${nameOfType(spec)}`);
  const fields: Doc = typeof spec === 'string' ? { path: spec } : spec;
  for (const key of Object.keys(fields))
    if (!['path', 'preserveNullAndEmptyArrays', 'includeArrayIndex'].includes(key))
      fail(28811, `unrecognized option to $unwind stage: ${key}`);
  const { path, preserveNullAndEmptyArrays: isPreserving = false, includeArrayIndex: indexName } = fields;
  if (path === undefined) fail(28812, 'no path specified to $unwind stage');
  if (typeof path !== 'string') fail(28808, `expected a string as the path for $unwind stage, got ${nameOfType(path)}`);
  if (!path.startsWith('$')) fail(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  if (typeof isPreserving !== 'boolean')
    fail(28809, 'expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage');
  if (indexName !== undefined && (typeof indexName !== 'string' || indexName === ''))
    fail(28810, 'expected a non-empty string for the includeArrayIndex  option to $unwind stage');
  if (indexName?.startsWith('$') === true)
    fail(28822, `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${indexName}`);
  const parts = parsePath(path.slice(1));
  const indexParts = indexName === undefined ? undefined : parsePath(indexName);
  const withIndex = (doc: Doc, index: number | null): Doc =>
    indexParts ? replaceAt(doc, indexParts, index === null ? null : Long.fromNumber(index)) : doc;

  return stream(async function* (source) {
    for await (const doc of source) {
      const value = valueAt(doc, parts);
      if (Array.isArray(value) && value.length > 0) {
        for (const [i, item] of value.entries()) {
          const rest = pace.due();
          if (rest) await rest;
          yield withIndex(replaceAt(doc, parts, item), i);
        }
      } else if (!Array.isArray(value) && !isNullish(value)) yield withIndex(doc, null);
      else if (isPreserving) yield withIndex(Array.isArray(value) ? replaceAt(doc, parts, undefined) : doc, null);
    }
  });
};

/** Only documents are entered, no arrays. */
function valueAt(doc: Doc, parts: readonly string[]): unknown {
  let value: unknown = doc;
  for (const part of parts) {
    if (!isPlainObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** A copy with another value at the path; undefined removes the field. Documents on the way are made where they are missing. */
export function replaceAt(doc: Doc, parts: readonly string[], value: unknown): Doc {
  const [part = '', ...rest] = parts;
  const made = { ...doc };
  if (rest.length > 0) {
    const inner = Object.hasOwn(doc, part) ? doc[part] : undefined;
    setField(made, part, replaceAt(isPlainObject(inner) ? inner : {}, rest, value));
  } else if (value === undefined) Reflect.deleteProperty(made, part);
  else setField(made, part, value);
  return made;
}
