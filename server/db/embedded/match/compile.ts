/**
 * A filter, compiled once into closures, tried on many documents. Everything that is wrong with a filter is found here, not while
 * matching. $where, $text and geospatial operators are refused; $expr is compiled by the function the caller hands in.
 */
import { badValue, MongoError, typeMismatch } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { isNumber, isPlainObject, toNumber } from '../values/types.ts';
import { allOf, onPath, type Predicate } from './condition.ts';
import { compileElement } from './element.ts';
import { type FieldContext } from './context.ts';
import { compileField, compileOperators } from './field.ts';
import { compileJsonSchema } from './json-schema.ts';
import { isOperatorName } from './shape.ts';
import { type Matcher, type MatchOptions } from './types.ts';

export type { Matcher, MatchFound, MatchOptions } from './types.ts';

export function compileMatch(filter: Doc, opts: MatchOptions = {}): Matcher {
  if (!isPlainObject(filter)) throw typeMismatch("Expected field filter to be of type 'object'");
  const context = contextOf(opts);
  const matchers: Matcher[] = [];
  for (const name of Object.keys(filter)) {
    const operand = filter[name];
    if (isOperatorName(name)) {
      const matches = compileTop(name, operand, opts);
      if (matches !== null) matchers.push(matches);
    } else {
      for (const condition of compileField(operand, context)) matchers.push(onPath(name, condition));
    }
  }
  return allOf(matchers);
}

function contextOf(opts: MatchOptions): FieldContext {
  return { opts, compileFilter: compileMatch, compileOperators };
}

/** The condition of $elemMatch on one array element, for projections. */
export function compileElementMatch(operand: unknown, opts: MatchOptions): Predicate {
  return compileElement(operand, contextOf(opts));
}

/** True when the filter asks for BSON types ($type, $jsonSchema): hand such a matcher documents of decodeExact. */
export function needsExactTypes(filter: unknown): boolean {
  if (Array.isArray(filter)) return filter.some(needsExactTypes);
  if (!isPlainObject(filter)) return false;
  return Object.keys(filter).some((name) => EXACT_NAMES.has(name) || needsExactTypes(filter[name]));
}
/** $expr may ask with { $type: … } or $isNumber; those names are found like any other. */
const EXACT_NAMES: ReadonlySet<string> = new Set(['$type', '$jsonSchema']);

function compileTop(name: string, operand: unknown, opts: MatchOptions): Matcher | null {
  switch (name) {
    case '$and':
      return allOf(compileList(name, operand, opts));
    case '$or': {
      const matchers = compileList(name, operand, opts);
      return (doc, found) => matchers.some((matches) => matches(doc, found));
    }
    case '$nor': {
      const matchers = compileList(name, operand, opts);
      return (doc) => !matchers.some((matches) => matches(doc));
    }
    case '$expr':
      if (opts.expr === undefined) throw badValue('$expr is not allowed in this context');
      return opts.expr(operand);
    case '$jsonSchema':
      return compileJsonSchema(operand);
    case '$comment':
      return null;
    case '$sampleRate':
      return sample(operand);
    case '$alwaysTrue':
      return null;
    case '$alwaysFalse':
      return () => false;
    case '$where':
      throw badValue('$where is not supported by the embedded engine: it never runs code from a filter');
    case '$text':
      throw new MongoError(27, 'IndexNotFound', 'text index required for $text query');
    default:
      throw badValue(
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

function compileList(name: string, operand: unknown, opts: MatchOptions): Matcher[] {
  if (!Array.isArray(operand)) throw badValue(`${name} argument must be an array`);
  if (operand.length === 0) throw badValue('$and/$or/$nor must be a nonempty array');
  return (operand as unknown[]).map((item) => {
    if (!isPlainObject(item)) throw badValue('$or/$and/$nor entries need to be full objects');
    return compileMatch(item, opts);
  });
}

function sample(operand: unknown): Matcher {
  const rate = toNumber(operand);
  if (!isNumber(operand) || !(rate >= 0 && rate <= 1))
    throw badValue('numeric argument to $sampleRate must be in [0, 1]');
  return () => Math.random() < rate;
}
