/** Reads a command's members: the right type, or MongoDB's complaint about the wrong one. */
import { MongoError, typeMismatch } from '../errors.ts';
import { createCollation, type Collation } from '../values/collation.ts';
import { type Doc } from '../values/codec.ts';
import { isNumber, isPlainObject, toNumber, typeName } from '../values/types.ts';

export function nameArgument(command: Doc, key: string): string {
  const value = command[key];
  if (typeof value === 'string') return value;
  throw new MongoError(73, 'InvalidNamespace', `collection name has invalid type ${typeName(value)}`);
}

export function docArgument(command: Doc, key: string): Doc | undefined {
  const value = command[key];
  if (value === undefined || value === null) return undefined;
  if (isPlainObject(value)) return value;
  throw wrongType(command, key, value, 'object');
}

export function arrayArgument(command: Doc, key: string): readonly unknown[] | undefined {
  const value = command[key];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  throw wrongType(command, key, value, 'array');
}

export function numberArgument(command: Doc, key: string): number | undefined {
  const value = command[key];
  if (value === undefined || value === null) return undefined;
  if (isNumber(value)) return toNumber(value);
  throw wrongType(command, key, value, 'long');
}

/** A number that counts something: whole and not negative. */
export function countArgument(command: Doc, key: string): number | undefined {
  const value = numberArgument(command, key);
  if (value === undefined || value >= 0) return value;
  throw new MongoError(51024, 'Location51024', `BSON field '${key}' value must be >= 0, actual value '${value}'`);
}

export function isSet(command: Doc, key: string): boolean {
  const value = command[key];
  return value === true || (isNumber(value) && toNumber(value) !== 0);
}

export interface CollationArgument {
  readonly collation: Collation | undefined;
  /** The specification, when it makes a difference. */
  readonly spec: Doc | undefined;
}

/** The command's own collation, else the collection's. */
export function collationArgument(command: Doc, defaults: Doc | undefined): CollationArgument {
  const spec =
    docArgument(command, 'collation') ?? (isPlainObject(defaults?.collation) ? defaults.collation : undefined);
  const collation = createCollation(spec);
  return { collation, spec: collation === undefined ? undefined : spec };
}

function wrongType(command: Doc, key: string, value: unknown, expected: string): MongoError {
  const name = Object.keys(command)[0] ?? '';
  return typeMismatch(
    `BSON field '${name}.${key}' is the wrong type '${typeName(value)}', expected type '${expected}'`,
  );
}
