/**
 * Which parts of a JSON Schema are schemas themselves, and where. Everything that looks at foreign schemas goes through
 * here, so that data inside a schema (`enum`, `const`, `default`, names of properties) is never taken for one.
 */
import type { JsonObject } from '../../schemas/json.ts';

export interface Subschema {
  readonly schema: JsonObject;
  /** JSON Pointer from the root. */
  readonly path: string;
  readonly depth: number;
  readonly children: readonly Child[];
}

export interface Child {
  /** Undefined for `true` and `false`, which hold nothing more. */
  readonly schema: JsonObject | undefined;
  readonly path: string;
  /** Applied to the same value as the parent, not to a part of it. */
  readonly isInPlace: boolean;
}

const one = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const list = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']);
const map = new Set(['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties']);
const inPlace = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependencies', 'dependentSchemas']);

/** All subschemas, the root first. Ends early, with what it has, once `limit` of them are found or `maxDepth` is passed. */
export function walkSchema(root: JsonObject, limit = Infinity, maxDepth = Infinity): Subschema[] {
  const found: Subschema[] = [];
  const waiting: { schema: JsonObject; path: string; depth: number }[] = [{ schema: root, path: '', depth: 1 }];
  for (let next = waiting.pop(); next !== undefined && found.length < limit; next = waiting.pop()) {
    const { schema, path, depth } = next;
    const children = childrenOf(schema, path);
    found.push({ schema, path, depth, children });
    if (depth > maxDepth) break;
    for (const child of children) {
      if (child.schema !== undefined) waiting.push({ schema: child.schema, path: child.path, depth: depth + 1 });
    }
  }
  return found;
}

function childrenOf(schema: JsonObject, path: string): Child[] {
  const children: Child[] = [];
  const add = (value: unknown, at: string, keyword: string) => {
    if (typeof value === 'boolean') children.push({ schema: undefined, path: at, isInPlace: false });
    else if (isObject(value)) children.push({ schema: value, path: at, isInPlace: inPlace.has(keyword) });
  };
  for (const [keyword, value] of Object.entries(schema)) {
    const at = `${path}/${escapePointer(keyword)}`;
    if (Array.isArray(value)) {
      if (list.has(keyword)) value.forEach((item, index) => add(item, `${at}/${index}`, keyword));
    } else if (one.has(keyword)) {
      add(value, at, keyword);
    } else if (map.has(keyword) && isObject(value)) {
      for (const [name, item] of Object.entries(value)) add(item, `${at}/${escapePointer(name)}`, keyword);
    }
  }
  return children;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 6901, section 3. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
