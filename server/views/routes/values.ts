/**
 * What a URL says, as the route's own JSON Schemas have it: `42` becomes a number where one is expected. In a URL
 * everything is text, so text that is no number fails where a number is expected, and nothing else is ever guessed.
 */
import type { Validate } from '../../lib/schema.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';

export interface ValueSchema {
  readonly schema: JsonObject;
  readonly validate: Validate;
}

type Texts = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, Json>>;

const UNUSABLE = new Set(['__proto__', 'constructor', 'prototype']);
const NUMBER = /^-?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?$/;

/** Undefined where one of them does not fit. */
export function paramsOf(texts: Texts, schema: ValueSchema | undefined): Values | undefined {
  if (schema === undefined) return texts;
  const values = coerced(texts, schema.schema);
  return schema.validate(values).length === 0 ? values : undefined;
}

/** A value that does not fit is as good as not there. A default stands where there is none. */
export function queryOf(texts: Texts, schema: ValueSchema | undefined): Values {
  if (schema === undefined) return usable(texts);
  const values = coerced(usable(texts), schema.schema);
  const unfit = new Set(schema.validate(values).map(({ path }) => memberOf(path)));
  const fitting = Object.entries(values).filter(([name]) => !unfit.has(name));
  return { ...defaultsOf(schema.schema), ...Object.fromEntries(fitting) };
}

function usable(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([name]) => !UNUSABLE.has(name)));
}

function coerced(texts: Texts, schema: JsonObject): Values {
  const properties = propertiesOf(schema);
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, coerce(text, own(properties, name))]));
}

function coerce(text: string, schema: Json | undefined): Json {
  const type = isObject(schema) ? schema.type : undefined;
  const types = new Set(Array.isArray(type) ? type : [type]);
  if ((types.has('number') || types.has('integer')) && NUMBER.test(text)) {
    const number = Number(text);
    // Beyond 2^53 others would be taken for it.
    if (Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))) return number;
  }
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function defaultsOf(schema: JsonObject): Values {
  const properties = Object.entries(propertiesOf(schema));
  return Object.fromEntries(
    properties.flatMap(([name, property]) =>
      isObject(property) && property.default !== undefined ? [[name, property.default] as const] : [],
    ),
  );
}

function propertiesOf({ properties }: JsonObject): JsonObject {
  return isObject(properties) ? properties : {};
}

function memberOf(path: string): string {
  return (path.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
