/**
 * Reads { $set: {…}, $inc: {…} } into steps, in the order MongoDB carries them out: by path, names as text and array indexes
 * as numbers, whatever the order they were written in. Everything that can be wrong without a document is found here.
 */
import { badValue, failedToParse, MongoError } from '../errors.ts';
import { type MatchOptions } from '../match/types.ts';
import { type Doc } from '../values/doc.ts';
import { isArrayIndex, splitWritePath } from '../values/paths.ts';
import { compareStrings } from '../values/order.ts';
import { show } from '../values/show.ts';
import { isPlainObject, typeName } from '../values/types.ts';
import { compileArrayFilters, type ElementTest } from './array-filters.ts';
import { parseAddToSet, parsePop, parsePull, parsePullAll } from './change-array.ts';
import { parsePush } from './change-push.ts';
import * as value from './change-value.ts';
import { createPathSet } from './conflicts.ts';
import { type Change, type ParseChange } from './types.ts';

export type Step =
  | {
      readonly kind: 'change';
      readonly path: string;
      readonly parts: readonly string[];
      readonly change: Change;
      readonly isOnlyOnInsert: boolean;
    }
  | {
      readonly kind: 'rename';
      readonly path: string;
      readonly parts: readonly string[];
      readonly from: readonly string[];
    };

export interface Plan {
  readonly steps: readonly Step[];
  readonly filters: ReadonlyMap<string, ElementTest>;
  /** Some path is known only together with a document ($, $[], $[id]); conflicts are then looked for once more. */
  readonly isDynamic: boolean;
}

const OPERATORS: ReadonlyMap<string, ParseChange> = new Map([
  ['$set', value.parseSet],
  ['$setOnInsert', value.parseSet],
  ['$unset', value.parseUnset],
  ['$inc', value.parseIncrement],
  ['$mul', value.parseMultiply],
  ['$min', value.parseMin],
  ['$max', value.parseMax],
  ['$currentDate', value.parseCurrentDate],
  ['$bit', value.parseBit],
  ['$push', parsePush],
  ['$addToSet', parseAddToSet],
  ['$pull', parsePull],
  ['$pullAll', parsePullAll],
  ['$pop', parsePop],
]);
const REFERENCE_NAMES: ReadonlySet<string> = new Set(['$ref', '$id', '$db']);

export function parseModifiers(update: Doc, arrayFilters: readonly Doc[], match: MatchOptions): Plan {
  const filters = compileArrayFilters(arrayFilters, match);
  const steps = Object.keys(update).flatMap((name) => parseModifier(name, update[name], match));
  const taken = createPathSet();
  for (const step of steps) {
    taken.take(step.parts);
    if (step.kind === 'rename') taken.take(step.from);
  }
  for (const identifier of filters.keys()) {
    if (!steps.some((step) => step.parts.includes(`$[${identifier}]`))) {
      throw failedToParse(`The array filter for identifier '${identifier}' was not used in the update ${show(update)}`);
    }
  }
  checkIdentifiers(steps, filters);
  steps.sort((a, b) => comparePaths(a.parts, b.parts));
  return { steps, filters, isDynamic: steps.some((step) => step.parts.some(isDynamicPart)) };
}

export function isDynamicPart(part: string): boolean {
  return part.startsWith('$') && (part === '$' || (part.startsWith('$[') && part.endsWith(']')));
}

function parseModifier(name: string, spec: unknown, match: MatchOptions): Step[] {
  const parse = OPERATORS.get(name);
  if (parse === undefined && name !== '$rename') {
    throw failedToParse(
      `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  if (!isPlainObject(spec)) {
    throw failedToParse(
      `Modifiers operate on fields but we found type ${typeName(spec)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${show(spec)}}`,
    );
  }
  return Object.keys(spec).map((path): Step => {
    if (parse === undefined) return parseRename(path, spec[path]);
    const parts = parsePath(path);
    const change = parse(spec[path], path, match);
    return { kind: 'change', path, parts, change, isOnlyOnInsert: name === '$setOnInsert' };
  });
}

function parsePath(path: string): string[] {
  if (path === '') throw new MongoError(56, 'EmptyFieldName', 'An empty update path is not valid.');
  const parts = splitWritePath(path);
  if (parts.includes('')) {
    throw new MongoError(
      56,
      'EmptyFieldName',
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  }
  if (parts[0] === '$')
    throw badValue(`Cannot have positional (i.e. '$') element in the first position in path '${path}'`);
  if (isDynamicPart(parts[0]!)) {
    throw badValue(
      `Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '${path}'`,
    );
  }
  if (parts.indexOf('$') !== parts.lastIndexOf('$')) {
    throw badValue(`Too many positional (i.e. '$') elements found in path '${path}'`);
  }
  // Since MongoDB 5 names may begin with a dollar, only not inside of _id.
  for (const part of parts[0] === '_id' ? parts : []) {
    if (part.startsWith('$') && !isDynamicPart(part) && !REFERENCE_NAMES.has(part)) {
      throw new MongoError(
        52,
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${part}' in '${path}' is not valid for storage.`,
      );
    }
  }
  return parts;
}

function parseRename(path: string, target: unknown): Step {
  if (typeof target !== 'string') {
    throw badValue(`The 'to' field for $rename must be a string: ${path}: ${show(target)}`);
  }
  if (target.includes('\0')) throw badValue("The 'to' field for $rename cannot contain an embedded null byte");
  const from = parsePath(path);
  const parts = parsePath(target);
  const shared = Math.min(from.length, parts.length);
  if (path === target) {
    throw badValue(`The source and target field for $rename must differ: ${path}: "${target}"`);
  }
  if (from.slice(0, shared).join('.') === parts.slice(0, shared).join('.')) {
    throw badValue(`The source and target field for $rename must not be on the same path: ${path}: "${target}"`);
  }
  if (from.some(isDynamicPart)) throw badValue(`The source field for $rename may not be dynamic: ${path}`);
  if (parts.some(isDynamicPart)) throw badValue(`The destination field for $rename may not be dynamic: ${target}`);
  return { kind: 'rename', path: target, parts, from };
}

function checkIdentifiers(steps: readonly Step[], filters: ReadonlyMap<string, ElementTest>): void {
  for (const { path, parts } of steps) {
    for (const part of parts) {
      if (!part.startsWith('$[') || part === '$[]') continue;
      const identifier = part.slice(2, -1);
      if (!filters.has(identifier)) {
        throw badValue(`No array filter found for identifier '${identifier}' in path '${path}'`);
      }
    }
  }
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x === y) continue;
    return isArrayIndex(x) && isArrayIndex(y) ? Number(x) - Number(y) : compareStrings(x, y);
  }
  return a.length - b.length;
}
