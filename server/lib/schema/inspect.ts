/**
 * Decides whether a foreign JSON Schema may be used at all, before any code is made from it. Refusals name the place
 * in the schema (a JSON Pointer) and what would be accepted.
 */
import { AppError } from '../errors.ts';
import type { JsonObject } from '../../schemas/json.ts';
import { compilePattern } from './pattern.ts';
import { isObject, walkSchema, type Subschema } from './walk.ts';

export const MAX_SCHEMA_BYTES = 64 * 1_024;
export const MAX_SCHEMA_DEPTH = 32;
export const MAX_SUBSCHEMAS = 1_000;
export const MAX_UNIQUE_ITEMS = 1_000;
/** JSON inside the schema, such as a nested `const` or `enum`; the depth of schemas is counted separately. */
const MAX_JSON_DEPTH = 128;
/** Instructions of all patterns together: making them takes about 4 ms per thousand. */
const MAX_PATTERNS_SIZE = 20_000;

export interface Vocabulary {
  readonly hasKeyword: (name: string) => boolean;
  readonly hasFormat: (name: string) => boolean;
}

/** Throws `invalid_schema`. `text` is the schema as JSON. */
export function inspectSchema(root: JsonObject, text: string, vocabulary: Vocabulary): void {
  if (Buffer.byteLength(text) > MAX_SCHEMA_BYTES) throw refusal('', `is larger than ${MAX_SCHEMA_BYTES} bytes`);
  if (jsonDepth(root) > MAX_JSON_DEPTH) throw refusal('', `is nested more than ${MAX_JSON_DEPTH} levels deep`);

  const all = walkSchema(root, MAX_SUBSCHEMAS + 1, MAX_SCHEMA_DEPTH);
  if (all.length > MAX_SUBSCHEMAS) throw refusal('', `has more than ${MAX_SUBSCHEMAS} subschemas`);
  let patternsSize = 0;
  for (const subschema of all) {
    if (subschema.depth > MAX_SCHEMA_DEPTH) {
      throw refusal(subschema.path, `is nested more than ${MAX_SCHEMA_DEPTH} schemas deep`);
    }
    inspectKeywords(subschema, vocabulary);
    patternsSize += inspectPatterns(subschema);
    if (patternsSize > MAX_PATTERNS_SIZE) throw refusal(subschema.path, 'has, with those before, too many patterns');
  }
  inspectReferences(all);
}

export function refusal(path: string, why: string): AppError {
  const place = path === '' ? 'The schema' : `The schema at ${path}`;
  return new AppError('invalid_schema', { detail: `${place} ${why}.`, errors: [{ path, message: why }] });
}

const notSupported = new Set(['$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor', '$vocabulary']);

function inspectKeywords({ schema, path }: Subschema, vocabulary: Vocabulary): void {
  for (const keyword of Object.keys(schema)) {
    if (notSupported.has(keyword)) throw refusal(path, `uses ${keyword}, which is not supported; use $ref`);
    if (!vocabulary.hasKeyword(keyword)) {
      throw refusal(path, `has the keyword ${JSON.stringify(keyword)}, which JSON Schema does not know`);
    }
  }
  if (path !== '' && '$id' in schema) throw refusal(path, 'has an $id; only the root may, and references begin with #');
  if (path !== '' && '$schema' in schema) throw refusal(path, 'has a $schema; only the root may');
  if (typeof schema.format === 'string' && !vocabulary.hasFormat(schema.format)) {
    throw refusal(path, `has the format ${JSON.stringify(schema.format)}, which is not known here`);
  }
  if (schema.uniqueItems === true && !(typeof schema.maxItems === 'number' && schema.maxItems <= MAX_UNIQUE_ITEMS)) {
    throw refusal(path, `has uniqueItems, which needs maxItems of at most ${MAX_UNIQUE_ITEMS} beside it`);
  }
}

/** Gives the size of the patterns. */
function inspectPatterns({ schema, path }: Subschema): number {
  let size = typeof schema.pattern === 'string' ? inspectPattern(schema.pattern, `${path}/pattern`) : 0;
  if (isObject(schema.patternProperties)) {
    for (const pattern of Object.keys(schema.patternProperties)) {
      size += inspectPattern(pattern, `${path}/patternProperties`);
    }
  }
  return size;
}

function inspectPattern(pattern: string, path: string): number {
  try {
    return compilePattern(pattern).size;
  } catch (error) {
    throw refusal(path, `has the pattern ${JSON.stringify(pattern)}: ${(error as Error).message}`);
  }
}

/** References stay inside the schema, reach a subschema, and never lead round in a circle on one and the same value. */
function inspectReferences(all: readonly Subschema[]): void {
  const byPlace = new Map<string, Subschema>();
  const bySchema = new Map<JsonObject, Subschema>();
  for (const subschema of all) {
    byPlace.set(`#${subschema.path}`, subschema);
    bySchema.set(subschema.schema, subschema);
    const { $anchor } = subschema.schema;
    if (typeof $anchor === 'string') byPlace.set(`#${$anchor}`, subschema);
  }
  const booleans = new Set(
    all.flatMap(({ children }) => children.filter(({ schema }) => schema === undefined).map(({ path }) => `#${path}`)),
  );

  const next = new Map<Subschema, Subschema[]>();
  for (const subschema of all) {
    const inPlace = subschema.children.flatMap(({ schema, isInPlace }) =>
      isInPlace && schema !== undefined ? [bySchema.get(schema)!] : [],
    );
    const { $ref } = subschema.schema;
    if ($ref !== undefined) {
      const target = resolve($ref, subschema.path, byPlace, booleans);
      if (target !== undefined) inPlace.push(target);
    }
    next.set(subschema, inPlace);
  }
  const circle = findCircle(all, next);
  if (circle !== undefined) throw refusal(circle.path, 'refers to itself without going into a part of the value');
}

function resolve(
  ref: unknown,
  path: string,
  byPlace: ReadonlyMap<string, Subschema>,
  booleans: ReadonlySet<string>,
): Subschema | undefined {
  if (typeof ref !== 'string' || !ref.startsWith('#')) {
    throw refusal(`${path}/$ref`, 'refers to another document; only references that begin with # are followed');
  }
  const place = decodeFragment(ref);
  const target = byPlace.get(place);
  if (target === undefined && !booleans.has(place)) {
    throw refusal(`${path}/$ref`, `refers to ${JSON.stringify(ref)}, where there is no schema`);
  }
  return target;
}

function decodeFragment(ref: string): string {
  try {
    return decodeURIComponent(ref);
  } catch {
    return ref;
  }
}

/** A subschema from which one comes back to it over references and combinations alone. */
function findCircle(all: readonly Subschema[], next: ReadonlyMap<Subschema, readonly Subschema[]>) {
  const state = new Map<Subschema, 'open' | 'done'>();
  for (const start of all) {
    const path: { readonly at: Subschema; readonly rest: Subschema[] }[] = [];
    const enter = (at: Subschema) => {
      state.set(at, 'open');
      path.push({ at, rest: [...(next.get(at) ?? [])] });
    };
    if (!state.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = top.rest.pop();
      if (to === undefined) {
        state.set(top.at, 'done');
        path.pop();
      } else if (state.get(to) === 'open') return to;
      else if (!state.has(to)) enter(to);
    }
  }
  return undefined;
}

/** Breadth first, so that a schema of any depth is measured without recursion. */
function jsonDepth(root: unknown): number {
  let depth = 0;
  for (let level: unknown[] = [root]; level.length > 0; depth++) {
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return depth;
}
