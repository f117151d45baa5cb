/** Finding one's way in an OpenAPI document: places, references, and what is wrong where. */
import { escapePointer, isObject } from '../../../lib/schema/walk.ts';
import type { Json, JsonObject } from '../../../schemas/json.ts';

/** What is wrong with a webhook, and where: a JSON Pointer from the webhook's own place. */
export class ImportFault extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** More references after each other than that lead nowhere, or round in a circle. */
const MAX_HOPS = 20;

export function pointer(...segments: readonly (string | number)[]): string {
  return segments.map((segment) => `/${escapePointer(String(segment))}`).join('');
}

/** What a reference such as `#/components/schemas/Invoice` leads to. `path` is where it stands. */
export function lookUp(document: JsonObject, ref: Json, path: string): Json {
  if (typeof ref !== 'string' || !ref.startsWith('#/')) {
    throw new ImportFault(path, `refers to ${JSON.stringify(ref)}; only places in this document are followed, as #/…`);
  }
  let at: Json | undefined = document;
  for (const segment of segmentsOf(ref)) {
    at =
      typeof at === 'object' && at !== null && Object.hasOwn(at, segment)
        ? (at as Readonly<Record<string, Json>>)[segment]
        : undefined;
  }
  if (at === undefined) throw new ImportFault(path, `refers to ${JSON.stringify(ref)}, where there is nothing`);
  return at;
}

/** The names on the way that a reference goes. */
export function segmentsOf(ref: string): readonly string[] {
  return decodeFragment(ref)
    .slice(2)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decodeFragment(ref: string): string {
  try {
    return decodeURIComponent(ref);
  } catch {
    return ref;
  }
}

/** The object itself, or the one that its `$ref` leads to, over as many as it takes. */
export function follow(document: JsonObject, value: Json | undefined, path: string): JsonObject {
  let at: Json | undefined = value;
  for (let hops = 0; isObject(at) && at.$ref !== undefined; hops++) {
    if (hops === MAX_HOPS) throw new ImportFault(path, 'refers on and on, or to itself');
    at = lookUp(document, at.$ref, path);
  }
  if (!isObject(at)) throw new ImportFault(path, 'expected an object');
  return at;
}
