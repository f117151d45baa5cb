/** From the inputs of a form to the value that is sent: dotted names nest, and what is empty may be left out. */
import type { Json, JsonObject } from '../../../schemas/json.ts';
import { isEmpty } from './check.ts';

export interface Gathered {
  readonly whenEmpty?: 'omit' | 'null' | undefined;
  /** Where `{}` and `[]` are values like others. */
  readonly isEmpty?: ((value: Json) => boolean) | undefined;
}

/** `fields` by name; a value whose field is not among them is left out, and so are names that would reach into prototypes. */
export function gather(fields: ReadonlyMap<string, Gathered>, values: Readonly<Record<string, Json>>): JsonObject {
  const result: Record<string, Json> = {};
  // Shorter paths first: an object that is given as a whole is there before its members are.
  const paths = [...fields]
    .map(([name, field]) => ({ name, field, path: pathOf(name) }))
    .sort((a, b) => a.path.length - b.path.length);
  for (const { name, field, path } of paths) {
    const value = values[name];
    if (value === undefined || path.some(isPrototype)) continue;
    if (field.whenEmpty === undefined || !(field.isEmpty ?? isEmpty)(value)) put(result, path, value);
    else if (field.whenEmpty === 'null') put(result, path, null);
  }
  return result;
}

/** `address.city` is two steps; `\.` is a dot within one. */
export function pathOf(name: string): readonly string[] {
  const steps = [''];
  for (let at = 0; at < name.length; at++) {
    if (name[at] === '\\' && at + 1 < name.length) steps.push(`${steps.pop()!}${name[++at]!}`);
    else if (name[at] === '.') steps.push('');
    else steps.push(`${steps.pop()!}${name[at]!}`);
  }
  return steps;
}

const isPrototype = (step: string) => step === '__proto__' || step === 'constructor' || step === 'prototype';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function put(into: Record<string, Json>, path: readonly string[], value: Json): void {
  let here = into;
  for (const step of path.slice(0, -1)) {
    const next = Object.hasOwn(here, step) ? here[step] : undefined;
    const copy: Record<string, Json> = isObject(next) ? { ...next } : {};
    here[step] = copy;
    here = copy;
  }
  here[path.at(-1)!] = value;
}

/** The value that a form gives to a field that has none itself. */
export function valueAt(values: JsonObject | undefined, name: string | undefined): Json | undefined {
  if (values === undefined || name === undefined) return undefined;
  let here: Json | undefined = values;
  for (const step of pathOf(name)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as JsonObject)[step];
  }
  return here;
}

/**
 * The faults that the server found, by the names of fields. Its paths are JSON Pointers into what was sent, perhaps
 * with steps before (`/value/customer/email`); what belongs to no field is given back apart.
 */
export function faultsByName(
  faults: readonly { readonly path: string; readonly message: string }[],
  names: Iterable<string>,
): { readonly byName: Readonly<Record<string, string>>; readonly others: readonly string[] } {
  const known = new Map([...names].map((name) => [JSON.stringify(pathOf(name)), name]));
  const byName: Record<string, string> = {};
  const others: string[] = [];
  for (const { path, message } of faults) {
    const name = fieldAt(path, known);
    if (name === undefined) others.push(message);
    else byName[name] ??= message;
  }
  return { byName, others };
}

function fieldAt(pointer: string, known: ReadonlyMap<string, string>): string | undefined {
  const steps = pointer.split('/').slice(1);
  const path = steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (let from = 0; from < path.length; from++) {
    for (let to = path.length; to > from; to--) {
      const name = known.get(JSON.stringify(path.slice(from, to)));
      if (name !== undefined) return name;
    }
  }
  return undefined;
}
