/**
 * A JSON Schema that stands by itself, out of one that refers into an OpenAPI document: what it refers to, and what
 * that refers to, comes along under `$defs`, once each, so a circle stays a circle. What OpenAPI adds to JSON Schema
 * and validates nothing (`discriminator`, `xml`, `externalDocs`, `example`, `x-…`) is left behind.
 */
import { MAX_SCHEMA_BYTES, MAX_SCHEMA_DEPTH, MAX_SUBSCHEMAS } from '../../../lib/schema/inspect.ts';
import { isObject, walkSchema } from '../../../lib/schema/walk.ts';
import type { Json, JsonObject } from '../../../schemas/json.ts';
import { ImportFault, lookUp, segmentsOf } from './document.ts';

type Schema = Record<string, Json>;

const ANNOTATIONS = new Set(['discriminator', 'xml', 'externalDocs', 'example']);

/** `path` is where the schema stands. Throws `ImportFault` when it is larger than a schema may be. */
export function bundleSchema(document: JsonObject, root: JsonObject, path: string): JsonObject {
  const defs: Record<string, Json> = {};
  const used = new Set(isObject(root.$defs) ? Object.keys(root.$defs) : []);
  const nameOf = new Map<string, string>();
  const waiting: string[] = [];
  const size = { subschemas: 0, bytes: 0 };

  function refer(ref: Json): string {
    lookUp(document, ref, path); // what is no place in the document is refused here
    const key = ref as string;
    let name = nameOf.get(key);
    if (name === undefined) {
      name = freeName(key, used);
      nameOf.set(key, name);
      waiting.push(key);
    }
    return `#/$defs/${name}`;
  }

  function copy(schema: JsonObject): Schema {
    const all = walkSchema(schema, MAX_SUBSCHEMAS + 1, MAX_SCHEMA_DEPTH);
    size.subschemas += all.length;
    if (size.subschemas > MAX_SUBSCHEMAS) {
      throw new ImportFault(path, `has, with all it refers to, more than ${MAX_SUBSCHEMAS} subschemas`);
    }
    size.bytes += Buffer.byteLength(JSON.stringify(schema));
    if (size.bytes > MAX_SCHEMA_BYTES) {
      throw new ImportFault(path, `is, with all it refers to, larger than ${MAX_SCHEMA_BYTES} bytes`);
    }
    const fresh = structuredClone<Schema>(schema);
    for (const { schema: part } of walkSchema(fresh)) tidy(part, refer);
    return fresh;
  }

  const bundled = copy(root);
  for (let ref = waiting.shift(); ref !== undefined; ref = waiting.shift()) {
    const target = lookUp(document, ref, path);
    if (!isObject(target) && typeof target !== 'boolean') {
      throw new ImportFault(path, `refers to ${JSON.stringify(ref)}, which is no schema`);
    }
    defs[nameOf.get(ref)!] = isObject(target) ? copy(target) : target;
  }
  if (Object.keys(defs).length === 0) return bundled;
  return { ...bundled, $defs: { ...(isObject(bundled.$defs) ? bundled.$defs : {}), ...defs } };
}

function tidy(schema: Schema, refer: (ref: Json) => string): void {
  for (const keyword of Object.keys(schema)) {
    if (ANNOTATIONS.has(keyword) || keyword.startsWith('x-')) delete schema[keyword];
  }
  if (schema.$ref !== undefined) schema.$ref = refer(schema.$ref);
}

/** The last word of the reference, in letters that need no escaping anywhere. */
function freeName(ref: string, used: Set<string>): string {
  const base = (segmentsOf(ref).at(-1) ?? '').replace(/[^\w.-]/g, '_') || 'schema';
  let name = base;
  for (let count = 2; used.has(name); count++) name = `${base}_${count}`;
  used.add(name);
  return name;
}
