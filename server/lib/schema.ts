/**
 * JSON Schema, and the one home of AJV. Two uses that trust differently:
 *
 * - `compileSchema` takes schemas that somebody sent (a webhook's, a listener's) and values that anybody may send.
 *   The schema is inspected before code is made of it, patterns run in linear time, and the work of a validation is
 *   counted (see `schema/`).
 * - `createParser` takes the platform's own TypeBox schemas and turns unknown input into the type, with defaults filled
 *   in, or throws `invalid_input`; `createCheck` only looks.
 */
import { createHash } from 'node:crypto';
import { Ajv, Name, _, type KeywordCxt, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as formatsModule, type FormatsPlugin } from 'ajv-formats';
import type { Static, TSchema } from 'typebox';
import type { Json, JsonObject } from '../schemas/json.ts';
import { AppError, type FieldFault } from './errors.ts';
import { createLru } from './lru.ts';
import {
  BudgetSpent,
  EnoughFaults,
  MAX_FAULTS,
  refillBudget,
  spend,
  spendOnText,
  spendUnlessFull,
} from './schema/budget.ts';
import { areAllDifferent, costOf } from './schema/cost.ts';
import { inspectSchema, refusal } from './schema/inspect.ts';
import { faultsOf, type Finding } from './schema/messages.ts';
import { compilePattern } from './schema/pattern.ts';
import { walkSchema } from './schema/walk.ts';

/** Gives the faults of a value, at most 50; none when it fits. */
export type Validate = (value: unknown) => readonly FieldFault[];

/** Throws `invalid_schema`, which says where and why, when the schema cannot be used. */
export function compileSchema(schema: JsonObject): Validate {
  const text = printSchema(schema);
  const key = createHash('sha256').update(text).digest('base64');
  const known = validators.get(key);
  if (known !== undefined) return known;

  const dialect = dialectOf(schema);
  inspectSchema(schema, text, vocabularyOf(dialect));
  const isFitting = compileWith(ajvFor(dialect, 'first'), schema);
  let findAll: ValidateFunction | undefined;

  const validate: Validate = (value) => {
    const first = runCounted(isFitting, value);
    if (first.faults.length === 0 || first.isCutOff) return first.faults;
    // Only now, and once, is the slower validator made that goes on after the first fault.
    findAll ??= compileWith(ajvFor(dialect, 'all'), schema);
    const all = runCounted(findAll, value);
    return all.faults.length === 0 || all.isCutOff ? first.faults : all.faults;
  };
  validators.set(key, validate);
  return validate;
}

type Where = NonNullable<FieldFault['in']>;

/**
 * `createParser(WebhookCreate, 'body')`: gives the input as the schema's type, defaults filled in; the given value may be
 * changed for it. In the query, the path and headers, where everything is text, text becomes numbers and booleans.
 */
export function createParser<T extends TSchema>(schema: T, where: Where): (value: unknown) => Static<T> {
  const ajv = where === 'body' ? ajvFor('own', 'all') : ajvFor('own-text', 'all');
  const findAll = compileWith(ajv, schema as unknown as JsonObject);
  let decide: ValidateFunction | undefined;

  // Fifty faults may all be of branches of a union that were only tried: then the first-fault mode decides.
  function isFittingAfterAll(input: unknown): boolean {
    decide ??= compileWith(ajvFor(where === 'body' ? 'own' : 'own-text', 'first'), schema as unknown as JsonObject);
    return runCounted(decide, input, where).faults.length === 0;
  }

  return function parse(value) {
    const input = where === 'body' || typeof value !== 'object' || value === null ? value : { ...value };
    const { faults } = runCounted(findAll, input, where);
    if (faults.length === 0) return input as Static<T>;
    if (faults.length === MAX_FAULTS && isFittingAfterAll(input)) return input as Static<T>;
    throw new AppError('invalid_input', { detail: summary(faults, where), errors: faults });
  };
}

/**
 * For values that are the platform's neighbours and shared, such as trees: says what does not fit the platform's own
 * schema, the first fault only, and changes nothing. `slot` in such a schema is a word for those who read it.
 */
export function createCheck(schema: TSchema): Validate {
  const isFitting = compileWith(ajvFor('own-as-is', 'first'), schema as unknown as JsonObject);
  return (value) => runCounted(isFitting, value).faults;
}

function summary(faults: readonly FieldFault[], where: Where): string {
  const first = faults[0]!;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return `The ${where}${first.path === '' ? '' : ` at ${first.path}`}: ${first.message}${more}.`;
}

// --- running

interface Outcome {
  readonly faults: readonly FieldFault[];
  /** Ended before its end because it was too much work. */
  readonly isCutOff: boolean;
}

function runCounted(validate: ValidateFunction, value: unknown, where?: Where): Outcome {
  const place = where === undefined ? {} : { in: where };
  refillBudget();
  try {
    const faults = validate(value) ? [] : faultsOf(validate.errors as Finding[], where);
    return { faults, isCutOff: false };
  } catch (error) {
    if (error instanceof EnoughFaults) return { faults: faultsOf(error.found as Finding[], where), isCutOff: false };
    if (error instanceof BudgetSpent) return { faults: [{ ...place, ...error.fault }], isCutOff: true };
    if (error instanceof RangeError) {
      return { faults: [{ ...place, path: '', message: 'is nested too deeply for its schema' }], isCutOff: true };
    }
    throw error;
  } finally {
    validate.errors = null; // would keep the value in memory
  }
}

// --- compiling

type AnyAjv = Ajv | Ajv2020;
type Dialect = '2020-12' | 'draft-07' | 'own' | 'own-text' | 'own-as-is';
/** `first` stops at the first fault, `all` goes on. */
type Mode = 'first' | 'all';

const validators = createLru<string, Validate>(500);
const ajvs = new Map<string, AnyAjv>();

/** Says how many steps a subschema takes each time it is applied; put into every one before it is compiled. */
const COST = 'x-earshot-cost';

function ajvFor(dialect: Dialect, mode: Mode): AnyAjv {
  const name = `${dialect} ${mode}`;
  let ajv = ajvs.get(name);
  if (ajv === undefined) ajvs.set(name, (ajv = makeAjv(dialect, mode)));
  return ajv;
}

function makeAjv(dialect: Dialect, mode: Mode): AnyAjv {
  const isOwn = dialect.startsWith('own');
  const options: Options = {
    allErrors: mode === 'all',
    verbose: true,
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowUnionTypes: true,
    validateFormats: true,
    inlineRefs: false, // copying a schema to each of its references lets a small one grow without bound
    discriminator: isOwn,
    useDefaults: isOwn && dialect !== 'own-as-is',
    coerceTypes: dialect === 'own-text' ? 'array' : false,
    logger: false,
    code: {
      optimize: false, // takes most of the time of compiling a large schema, and V8 does the same later
      regExp: Object.assign((source: string) => compilePattern(source), { code: 'unused' }),
    },
  };
  const ajv = dialect === 'draft-07' ? new Ajv(options) : new Ajv2020(options);
  (formatsModule as unknown as FormatsPlugin)(ajv, { mode: 'fast', keywords: false });
  countFormats(ajv);
  if (isOwn) ajv.addKeyword('slot'); // what a member of a component is for, see schemas/components/base.ts
  ajv.addKeyword('$anchor'); // resolved by AJV, yet missing from the words it knows
  addCost(ajv, mode);
  replaceUniqueItems(ajv);
  return ajv;
}

function addCost(ajv: AnyAjv, mode: Mode): void {
  const spendAt = mode === 'first' ? spend : spendUnlessFull;
  ajv.addKeyword({
    keyword: COST,
    schemaType: 'number',
    code({ gen, schema }: KeywordCxt) {
      const call = gen.scopeValue('obj', { ref: spendAt });
      const found = mode === 'first' ? _`` : _`, ${new Name('errors')}, ${new Name('vErrors')}`;
      gen.code(_`${call}(${schema as number}${found})`);
    },
  });
}

/** About what checking a format costs per character, in the measure of a pattern's size. */
const FORMAT_SIZE = 20;

// Formats are JavaScript's own regular expressions. Of these `url` takes time that grows with the square of the text
// (six seconds for 100,000 characters); `uri` says the same and does not. The others are linear, and counted.
function countFormats(ajv: AnyAjv): void {
  delete ajv.formats.url;
  for (const [name, format] of Object.entries(ajv.formats)) {
    const isPlain = typeof format !== 'object' || format instanceof RegExp;
    if (format === undefined || (!isPlain && format.type === 'number')) continue;
    const test = isPlain ? format : format.validate;
    if (typeof test !== 'function' && !(test instanceof RegExp)) continue; // takes any text
    const isFitting = test instanceof RegExp ? (text: string) => test.test(text) : (test as (text: string) => boolean);
    ajv.addFormat(name, {
      type: 'string',
      validate(text: string) {
        spendOnText(text.length, FORMAT_SIZE);
        return isFitting(text);
      },
    });
  }
}

// AJV compares every item with every other one; by their canonical text each is looked at once.
function replaceUniqueItems(ajv: AnyAjv): void {
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isWanted: boolean, items: readonly Json[]): boolean => !isWanted || areAllDifferent(items),
  });
}

function compileWith(ajv: AnyAjv, schema: JsonObject): ValidateFunction {
  const { $id: _unused, ...copy } = structuredClone(schema);
  for (const subschema of walkSchema(copy))
    (subschema.schema as Record<string, unknown>)[COST] = costOf(subschema.schema);
  refillBudget(); // checking a schema against its meta-schema is a validation too
  try {
    return ajv.compile(copy);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw invalid(error, ajv);
  } finally {
    ajv.removeSchema(copy); // AJV would remember every schema it ever saw
  }
}

function invalid(error: unknown, ajv: AnyAjv): AppError {
  const finding = ajv.errors?.[0] as Finding | undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (finding !== undefined && message.startsWith('schema is invalid')) {
    const [fault] = faultsOf(ajv.errors as Finding[]);
    if (fault !== undefined) return refusal(fault.path, fault.message);
  }
  return refusal('', `cannot be compiled: ${message}`);
}

// --- dialects

const dialects: Readonly<Record<string, Dialect>> = {
  'https://json-schema.org/draft/2020-12/schema': '2020-12',
  'http://json-schema.org/draft-07/schema': 'draft-07',
};

function dialectOf({ $schema }: JsonObject): '2020-12' | 'draft-07' {
  if ($schema === undefined) return '2020-12';
  const dialect = typeof $schema === 'string' ? dialects[$schema.replace(/#$/, '')] : undefined;
  if (dialect === '2020-12' || dialect === 'draft-07') return dialect;
  throw refusal('/$schema', `names a dialect that is not known here; known are ${Object.keys(dialects).join(' and ')}`);
}

function vocabularyOf(dialect: Dialect) {
  const ajv = ajvFor(dialect, 'first');
  return {
    hasKeyword: (name: string) => name !== COST && Object.hasOwn(ajv.RULES.keywords, name),
    hasFormat: (name: string) => Object.hasOwn(ajv.formats, name),
  };
}

function printSchema(schema: JsonObject): string {
  try {
    return JSON.stringify(schema);
  } catch (cause) {
    throw new AppError('invalid_schema', { detail: 'The schema is nested too deeply.', cause });
  }
}
