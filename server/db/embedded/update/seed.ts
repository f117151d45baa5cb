/**
 * What an upsert begins with: the fields that the filter says are equal to one value. Ranges, patterns and alternatives say nothing.
 * A path that is matched twice, or once inside of another, has no single value (54).
 */
import { MongoError } from '../errors.ts';
import { isRegex } from '../match/regex.ts';
import { isOperatorObject } from '../match/shape.ts';
import { type Doc } from '../values/doc.ts';
import { getOwn, setOwn } from '../values/own.ts';
import { splitWritePath } from '../values/paths.ts';
import { isPlainObject } from '../values/types.ts';
import { checkIdType, idFirst } from './identity.ts';

/** Give it the filter as decodeExact reads it, so that the values keep their types. */
export function seedFromFilter(filter: Doc): Doc {
  const equalities = new Map<string, unknown>();
  collect(filter, equalities);
  const seed: Doc = {};
  for (const [path, value] of equalities) put(seed, splitWritePath(path), value);
  if (seed._id !== undefined) checkIdType(seed._id);
  return idFirst(seed);
}

function collect(filter: Doc, equalities: Map<string, unknown>): void {
  for (const name of Object.keys(filter)) {
    const operand = filter[name];
    if (name === '$and' && Array.isArray(operand)) {
      for (const part of operand) if (isPlainObject(part)) collect(part, equalities);
    } else if (name === '$or' && Array.isArray(operand) && operand.length === 1) {
      if (isPlainObject(operand[0])) collect(operand[0], equalities);
    } else if (!name.startsWith('$')) {
      const value = equalityOf(operand);
      if (value !== undefined) add(equalities, name, value);
    }
  }
}

/** The one value a condition allows; undefined for none or many. */
function equalityOf(operand: unknown): unknown {
  if (isRegex(operand)) return undefined;
  if (!isOperatorObject(operand)) return operand;
  if (operand.$eq !== undefined) return operand.$eq;
  for (const list of [operand.$in, operand.$all]) {
    if (!Array.isArray(list) || list.length !== 1) continue;
    const only: unknown = list[0];
    if (!isRegex(only) && !isOperatorObject(only)) return only;
  }
  return undefined;
}

function add(equalities: Map<string, unknown>, path: string, value: unknown): void {
  for (const known of equalities.keys()) {
    if (known === path) throw notSingle(`path '${path}' is matched twice`);
    if (known.startsWith(`${path}.`)) throw notSingle(`both paths '${known}' and '${path}' are matched`);
    if (path.startsWith(`${known}.`)) throw notSingle(`both paths '${path}' and '${known}' are matched`);
  }
  equalities.set(path, value);
}

function notSingle(what: string): MongoError {
  return new MongoError(54, 'NotSingleValueField', `cannot infer query fields to set, ${what}`);
}

function put(seed: Doc, parts: readonly string[], value: unknown): void {
  let parent = seed;
  for (const part of parts.slice(0, -1)) {
    let child = getOwn(parent, part);
    if (!isPlainObject(child)) {
      child = {};
      setOwn(parent, part, child);
    }
    parent = child as Doc;
  }
  setOwn(parent, parts[parts.length - 1]!, value);
}
