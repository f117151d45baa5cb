/** Reads JSON Schemas: what a reference leads to, whether null is right, what there is to choose from. */
import type { Json, JsonObject } from '../../json.ts';

/** A member may be undefined, which says nothing. */
export type Schema = Readonly<Record<string, Json | undefined>>;

const MAX_OPTIONS = 1_000;
const annotations =
  'title description default examples deprecated readOnly writeOnly $comment $id $schema $defs definitions type'.split(
    ' ',
  );

/** Follows references within the same schema; what stands beside a reference counts as well. */
export function resolve(schema: Schema, root: Schema): Schema {
  let here = schema;
  for (let hops = 0; here.$ref !== undefined && hops < 10; hops++) {
    const { $ref, ...beside } = here;
    if (typeof $ref !== 'string') return here;
    const target = $ref === '#' ? root : at(root, $ref);
    if (target === undefined) return here;
    here = { ...target, ...beside };
  }
  return here;
}

function at(root: Schema, pointer: string): Schema | undefined {
  if (!pointer.startsWith('#/')) return undefined;
  let here: unknown = root;
  for (const step of pointer.slice(2).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    here = isObject(here as Json) && Object.hasOwn(here as JsonObject, name) ? (here as JsonObject)[name] : undefined;
  }
  return isObject(here as Json | undefined) ? (here as Schema) : undefined;
}

/** `['string', 'null']`, `anyOf: [X, { type: 'null' }]` and null in an enum: the rest, and that null is right as well. */
export function withoutNull(schema: Schema, root: Schema): { schema: Schema; isNullable: boolean } {
  const { type, anyOf, oneOf, enum: values, ...rest } = schema;
  if (Array.isArray(values) && values.includes(null)) {
    const others = values.filter((value: Json) => value !== null);
    return { schema: { ...rest, enum: others }, isNullable: type === undefined || hasNull(type) };
  }
  if (Array.isArray(type) && hasNull(type) && type.length === 2) {
    return {
      schema: { ...schema, type: type[0] === 'null' ? (type[1] as Json) : (type[0] as Json) },
      isNullable: true,
    };
  }
  const branches = anyOf ?? oneOf;
  if (Array.isArray(branches) && type === undefined) {
    const isNull = (each: Json) => isObject(each) && each.type === 'null';
    const others = (branches as readonly Json[]).filter((each) => !isNull(each));
    const [only] = others;
    if (others.length < branches.length && others.length === 1 && isObject(only)) {
      return { schema: { ...resolve(only, root), ...rest }, isNullable: true };
    }
    if (others.length < branches.length) return { schema: { ...rest, anyOf: others }, isNullable: true };
  }
  return { schema, isNullable: false };
}

const hasNull = (type: Json | undefined) => Array.isArray(type) && type.includes('null');

export interface OptionOf {
  readonly value: Json;
  readonly label?: string;
}

/** Of an enum, or of a choice between constants as TypeBox writes it. */
export function optionsOf(schema: Schema): readonly OptionOf[] | undefined {
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(schema.enum)) {
    const values = (schema.enum as readonly Json[]).filter((value) => hasType(value, schema.type));
    const isKept = keeps(schema, 'enum') && values.length > 0 && values.length <= MAX_OPTIONS && values.every(isScalar);
    return isKept ? values.map((value) => ({ value })) : undefined;
  }
  if (!Array.isArray(branches) || !keeps(schema, 'anyOf', 'oneOf') || branches.length > MAX_OPTIONS) return undefined;
  if (schema.anyOf !== undefined && schema.oneOf !== undefined) return undefined;
  const options: OptionOf[] = [];
  for (const branch of branches as readonly Json[]) {
    if (!isObject(branch) || !('const' in branch) || !keeps(branch, 'const')) return undefined;
    const { const: value = null } = branch as Schema;
    if (!isScalar(value) || value === null || !hasType(value, schema.type)) return undefined;
    if (!hasType(value, branch.type) || options.some((option) => option.value === value)) return undefined;
    options.push({ value, ...(typeof branch.title === 'string' && { label: branch.title.slice(0, 500) }) });
  }
  return options.length > 0 ? options : undefined;
}

function hasType(value: Json, type: Json | undefined): boolean {
  if (type === undefined) return true;
  if (Array.isArray(type)) return type.some((each: Json) => hasType(value, each));
  if (type === 'null') return value === null;
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

/** Whether it says nothing beside these, and what is only for people. */
export function keeps(schema: Schema, ...keywords: readonly string[]): boolean {
  return Object.entries(schema).every(
    ([name, value]) => value === undefined || keywords.includes(name) || annotations.includes(name),
  );
}

export const fits = (value: Json | undefined, type: string) => value === undefined || typeof value === type;
export const isScalar = (value: Json) => value === null || typeof value !== 'object';

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
