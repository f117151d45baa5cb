/** Which input stands for which JSON Schema. A keyword that the input cannot keep makes it JSON to type. */
import type { Json } from '../../json.ts';
import type { AnyComponent } from '../base.ts';
import { fits, isObject, isScalar, keeps, optionsOf, resolve, withoutNull, type Schema } from './schemaRead.ts';

export interface Place {
  /** The schema that references start from. */
  readonly root: Schema;
  readonly path: readonly string[];
  /** Its parents are there in any case. */
  readonly isNeeded: boolean;
  readonly isDisabled: boolean;
  readonly depth: number;
}

export interface Slot extends Place {
  readonly isRequired: boolean;
  /** Without one: undefined. */
  readonly value: Json | undefined;
}

type FieldOf = (schema: Schema, slot: Slot) => readonly AnyComponent[];

const MAX_DEPTH = 5;

/** The members of an object schema, in its order. */
export function membersOf(schema: Schema, value: Json, place: Place, field: FieldOf): readonly AnyComponent[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? (schema.required as readonly Json[]) : [];
  const defaults = isObject(schema.default) ? schema.default : {};
  return Object.entries(properties).flatMap(([name, member]) => {
    const own = isObject(value) && Object.hasOwn(value, name) ? value[name] : defaults[name];
    const slot = { ...place, path: [...place.path, name], isRequired: place.isNeeded && required.includes(name) };
    return field(isObject(member) ? resolve(member, place.root) : {}, { ...slot, value: own });
  });
}

export function fieldOf(given: Schema, slot: Slot): readonly AnyComponent[] {
  const { schema, isNullable } = withoutNull(given, slot.root);
  const value = slot.value ?? schema.default;
  const here = { ...slot, value: value === null ? undefined : value };
  const made = (isNullable ? undefined : constant(schema, here)) ?? kinds(schema, here);
  if (made === undefined) return [json(given, slot)];
  const [first, ...others] = made;
  if (!isNullable || first === undefined) return made;
  if (first._type === 'fieldset' || first._type === 'hidden') return [json(given, slot)];
  const { required: _not, ...rest } = first;
  return [{ ...rest, _type: first._type, whenEmpty: slot.isRequired ? 'null' : 'omit' }, ...others];
}

function constant(schema: Schema, slot: Slot): readonly AnyComponent[] | undefined {
  const value = schema.const;
  if (value === undefined || !keeps(schema, 'const')) return undefined;
  if (slot.isRequired) return [{ _type: 'hidden', name: nameOf(slot.path), value }];
  return isScalar(value) && value !== null ? kinds({ ...schema, const: undefined, enum: [value] }, slot) : undefined;
}

/** Undefined where no input stands for it. */
function kinds(schema: Schema, slot: Slot): readonly AnyComponent[] | undefined {
  const options = optionsOf(schema);
  if (options !== undefined) {
    const isThere = options.some((option) => option.value === slot.value);
    return [{ _type: 'select', ...base(schema, slot), options, ...(isThere && { value: slot.value }) }];
  }
  switch (schema.type) {
    case 'string':
      return text(schema, slot);
    case 'number':
    case 'integer':
      return number(schema, slot);
    case 'boolean':
      return boolean(schema, slot);
    case 'array':
      return list(schema, slot);
    case 'object':
      return object(schema, slot);
    default:
      return undefined;
  }
}

function text(schema: Schema, slot: Slot): readonly AnyComponent[] | undefined {
  const { format, minLength, maxLength, pattern } = schema;
  if (!keeps(schema, 'format', 'minLength', 'maxLength', 'pattern') || !fits(slot.value, 'string')) return undefined;
  const common = { ...base(schema, slot), ...(slot.value !== undefined && { value: slot.value }) };
  if (format === 'date' || format === 'date-time') {
    if (!keeps(schema, 'format')) return undefined;
    return [{ _type: 'date_time', ...common, mode: format === 'date' ? 'date' : 'datetime', hint: undefined }].map(
      clean,
    );
  }
  const lengths = clean({ minLength, maxLength });
  const isLong =
    (typeof maxLength === 'number' && maxLength > 300) || (slot.value as string | undefined)?.includes('\n') === true;
  if (isLong && format === undefined && pattern === undefined) return [{ _type: 'text_area', ...common, ...lengths }];
  const known = format === 'email' || format === 'uri' || format === 'uuid' ? { format } : {};
  return [{ _type: 'textfield', ...common, ...lengths, ...known, ...clean({ pattern }) }];
}

function number(schema: Schema, slot: Slot): readonly AnyComponent[] | undefined {
  const { minimum: min, maximum: max, exclusiveMinimum: exclusiveMin, exclusiveMaximum: exclusiveMax } = schema;
  const bounds = { min, max, exclusiveMin, exclusiveMax, multipleOf: schema.multipleOf };
  const isKept = keeps(schema, 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf');
  const areNumbers = Object.values(bounds).every((bound) => bound === undefined || typeof bound === 'number');
  if (!isKept || !areNumbers || !fits(slot.value, 'number')) return undefined;
  const integer = schema.type === 'integer' && { integer: true };
  return [clean({ _type: 'number_field', ...base(schema, slot), ...bounds, ...integer, value: slot.value })];
}

function boolean(schema: Schema, slot: Slot): readonly AnyComponent[] | undefined {
  if (!keeps(schema) || !fits(slot.value, 'boolean')) return undefined;
  // Not ticked is an answer too, so nobody has to tick it.
  const { required: _not, hint: _none, ...common } = base(schema, slot);
  return [{ _type: 'checkbox', ...common, value: slot.value ?? (slot.isRequired ? false : null) }];
}

function list(schema: Schema, slot: Slot): readonly AnyComponent[] | undefined {
  const { minItems, maxItems } = schema;
  const items = isObject(schema.items) ? resolve(schema.items, slot.root) : {};
  if (!keeps(schema, 'items', 'minItems', 'maxItems', 'uniqueItems') || maxItems === 0) return undefined;
  if (slot.value !== undefined && !Array.isArray(slot.value)) return undefined;
  const { required: _not, ...common } = base(schema, slot);
  const all = clean({ ...common, minItems, maxItems, value: slot.value });
  const values = (slot.value ?? []) as readonly Json[];
  const options = optionsOf(items);
  if (options !== undefined) {
    const isKnown = values.every((value) => options.some((option) => option.value === value));
    return isKnown ? [{ _type: 'multi_select', ...all, options }] : undefined;
  }
  const { minLength, maxLength, pattern } = items;
  const isWord = items.type === 'string' && keeps(items, 'minLength', 'maxLength', 'pattern') && maxLength !== 0;
  if (!isWord || !values.every((value) => typeof value === 'string')) return undefined;
  return [{ _type: 'tags', ...all, ...clean({ minLength, maxLength, pattern }) }];
}

function object(schema: Schema, slot: Slot): readonly AnyComponent[] | undefined {
  const { additionalProperties: more } = schema;
  if (slot.value !== undefined && !isObject(slot.value)) return undefined;
  if (isObject(schema.properties) && Object.keys(schema.properties).length > 0) {
    if (!keeps(schema, 'properties', 'required', 'additionalProperties') || slot.depth >= MAX_DEPTH) return undefined;
    const isNeeded = slot.isRequired || slot.value !== undefined;
    const place = { ...slot, isNeeded, depth: slot.depth + 1 };
    const { label, help } = base(schema, slot);
    const children = membersOf(schema, slot.value ?? {}, place, fieldOf);
    const there = { _type: 'hidden', name: nameOf(slot.path), value: {} };
    return [clean({ _type: 'fieldset', label, help, children: isNeeded ? [there, ...children] : children })];
  }
  const isWords = isObject(more) && more.type === 'string' && keeps(more);
  const values = Object.values(slot.value ?? {}) as readonly Json[];
  if (!isWords || !keeps(schema, 'additionalProperties') || !values.every((value) => typeof value === 'string')) {
    return undefined;
  }
  const { required: _not, hint: _none, ...common } = base(schema, slot);
  return [clean({ _type: 'key_values', ...common, value: slot.value })];
}

function json(schema: Schema, slot: Slot): AnyComponent {
  const { hint: _none, ...common } = base(schema, slot);
  const value = slot.value === undefined ? schema.default : slot.value;
  return clean({ _type: 'json_editor', ...common, value });
}

interface Base {
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  readonly hint?: string;
  readonly required?: true;
  readonly whenEmpty?: 'omit';
  readonly disabled?: true;
}

function base(schema: Schema, slot: Slot): Base {
  const [example] = Array.isArray(schema.examples) ? (schema.examples as readonly Json[]) : [];
  const isShort = typeof example === 'string' || typeof example === 'number';
  return {
    name: nameOf(slot.path),
    label: typeof schema.title === 'string' && schema.title !== '' ? schema.title : worded(slot.path.at(-1)!),
    ...(typeof schema.description === 'string' && { help: schema.description.slice(0, 1_000) }),
    ...(isShort && { hint: String(example).slice(0, 200) }),
    ...(slot.isRequired ? { required: true as const } : { whenEmpty: 'omit' as const }),
    ...(slot.isDisabled && { disabled: true as const }),
  };
}

/** `address.city`; a dot within a name has a backslash before it. */
const nameOf = (path: readonly string[]) => path.map((step) => step.replace(/[\\.]/g, '\\$&')).join('.');

/** `created_at` and `createdAt` are “Created at”. */
function worded(name: string): string {
  const words = name
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .trim()
    .toLowerCase();
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

/** Without what is undefined. */
function clean<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
