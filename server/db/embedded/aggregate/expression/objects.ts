/** Operators over documents and fields whose names are data. */
import { isPlainObject } from '../../values/types.ts';
import { named, namedFields, several, unaryOrNull } from './arguments.ts';
import { compileExpression, type OperatorCompiler } from './compile.ts';
import { fail, isNullish, nameOfType, setField } from './values.ts';
import { type Doc } from '../../values/codec.ts';

const mergeObjects = several(0, Infinity, (values) => {
  const made: Doc = {};
  for (const value of values.length === 1 && Array.isArray(values[0]) ? (values[0] as unknown[]) : values)
    mergeInto(made, value);
  return made;
});

export function mergeInto(target: Doc, value: unknown): void {
  if (isNullish(value)) return;
  if (!isPlainObject(value))
    fail(40400, `$mergeObjects requires object inputs, but input is of type ${nameOfType(value)}`);
  for (const key of Object.keys(value)) setField(target, key, value[key]);
}

const getField: OperatorCompiler = (argument, scope) => {
  const isLong = isPlainObject(argument) && (Object.hasOwn(argument, 'field') || Object.hasOwn(argument, 'input'));
  const spec = isLong
    ? namedFields(argument, '$getField', {
        required: ['field'],
        optional: ['input'],
        codes: { unknown: 3041701, missing: 3041702 },
      })
    : { field: argument };
  const field = compileExpression(spec.field, scope);
  const input = compileExpression(isLong && Object.hasOwn(spec, 'input') ? spec.input : '$$CURRENT', scope);
  return (frame) => {
    const name = field(frame);
    if (typeof name !== 'string')
      fail(3041704, `$getField requires 'field' to evaluate to type String, but got ${nameOfType(name)}`);
    const from = input(frame);
    if (from === null) return null;
    return isPlainObject(from) && Object.hasOwn(from, name) ? from[name] : undefined;
  };
};

/** `$setField`, and `$unsetField`, which sets nothing. */
function changeField(isSetting: boolean): OperatorCompiler {
  return named(
    {
      required: isSetting ? ['field', 'input', 'value'] : ['field', 'input'],
      codes: { unknown: 4161101, missing: 4161102, shape: 4161100 },
    },
    ({ field, input, value }, name) => {
      if (isNullish(input)) return null;
      if (typeof field !== 'string')
        fail(4161107, `${name} requires 'field' to evaluate to a string, but got ${nameOfType(field)}`);
      if (!isPlainObject(input)) fail(4161105, `${name} requires 'input' to evaluate to type Object`);
      const made: Doc = { ...input };
      if (value === undefined) Reflect.deleteProperty(made, field);
      else setField(made, field, value);
      return made;
    },
  );
}

const arrayToObject = unaryOrNull((items) => {
  if (!Array.isArray(items)) fail(40386, `$arrayToObject requires an array input, found: ${nameOfType(items)}`);
  const made: Record<string, unknown> = {};
  for (const item of items as unknown[]) {
    let pair: readonly unknown[];
    if (Array.isArray(item)) {
      if (item.length !== 2)
        fail(40397, `$arrayToObject requires an array of size 2 arrays,found array of size: ${item.length}`);
      pair = item;
    } else if (isPlainObject(item)) {
      if (Object.keys(item).length !== 2)
        fail(
          40392,
          "$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:" +
            String(Object.keys(item).length),
        );
      if (!Object.hasOwn(item, 'k') || !Object.hasOwn(item, 'v'))
        fail(40393, "$arrayToObject requires an object with keys 'k' and 'v'.");
      pair = [item.k, item.v];
    } else fail(40398, `Unrecognised input type format for $arrayToObject: ${nameOfType(item)}`);
    const [key, value] = pair;
    if (typeof key !== 'string')
      fail(
        Array.isArray(item) ? 40395 : 40394,
        `$arrayToObject requires an object or array of key-value pairs, where the key must be of type string. Found key type: ${nameOfType(key)}`,
      );
    if (key.includes('\0')) fail(4940400, 'Key field cannot contain an embedded null byte');
    setField(made, key, value ?? null);
  }
  return made;
});

export const objects: Readonly<Record<string, OperatorCompiler>> = {
  $arrayToObject: arrayToObject,
  $mergeObjects: mergeObjects,
  $objectToArray: unaryOrNull((value) => {
    if (!isPlainObject(value)) fail(40390, `$objectToArray requires a document input, found: ${nameOfType(value)}`);
    return Object.keys(value).map((k) => ({ k, v: value[k] }));
  }),
  $getField: getField,
  $setField: changeField(true),
  $unsetField: changeField(false),
};
