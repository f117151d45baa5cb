/** Reads and checks an index specification, and compares it with the indexes that are there. */
import { MongoError } from '../errors.ts';
import { type Collection } from '../store/catalog.ts';
import { isTrue, type Index } from '../store/index-spec.ts';
import { compileMatch } from '../match/compile.ts';
import { matchOptions } from '../aggregate/options.ts';
import { type Doc } from '../values/codec.ts';
import { createCollation } from '../values/collation.ts';
import { equalValues } from '../values/order.ts';
import { isNumber, isPlainObject, toNumber } from '../values/types.ts';

const PLUGINS: ReadonlySet<string> = new Set(['text', '2d', '2dsphere', 'hashed']);
const MAX_FIELDS = 32;
/** Accepted from old drivers, and without meaning. */
const IGNORED: ReadonlySet<string> = new Set(['background', 'ns', 'dropDups', 'v', 'key', 'name']);

const cannot = (message: string): MongoError => new MongoError(67, 'CannotCreateIndex', message);

export function readIndexSpec(spec: Doc, collection: Collection): Doc {
  if (!isPlainObject(spec.key))
    throw new MongoError(9, 'FailedToParse', "The 'key' field is a required property of an index specification");
  const entries = Object.entries(spec.key);
  if (entries.length === 0) throw cannot('Index keys cannot be an empty object');
  if (entries.length > MAX_FIELDS) throw new MongoError(13103, 'Location13103', 'too many compound keys');
  for (const [path, direction] of entries) checkField(path, direction);
  const name = typeof spec.name === 'string' && spec.name !== '' ? spec.name : defaultName(entries);
  checkOptions(spec);
  const options = Object.fromEntries(
    Object.entries(spec).filter(
      ([key, value]) => !IGNORED.has(key) && value !== undefined && value !== null && value !== false,
    ),
  );
  // `collation: { locale: 'simple' }` turns the collection's own off.
  if (options.collation === undefined && isPlainObject(collection.options.collation))
    options.collation = collection.options.collation;
  if (isPlainObject(options.collation) && createCollation(options.collation) === undefined) delete options.collation;
  return { v: 2, key: spec.key, name, ...options };
}

function checkField(path: string, direction: unknown): void {
  if (path === '' || path.startsWith('.') || path.endsWith('.') || path.includes('..'))
    throw cannot('Index keys cannot be an empty field');
  if (path.startsWith('$') && path !== '$**' && !path.startsWith('$**.'))
    throw cannot(`Index key contains an illegal field name: field name starts with '$': ${path}.`);
  if (typeof direction === 'string') {
    if (!PLUGINS.has(direction)) throw cannot(`Unknown index plugin '${direction}'`);
  } else if (!isNumber(direction) || toNumber(direction) === 0 || Number.isNaN(toNumber(direction)))
    throw cannot(
      `Values in v:2 index key pattern cannot be of type ${isPlainObject(direction) ? 'object' : typeof direction}. Only numbers > 0, numbers < 0, and strings are allowed.`,
    );
}

function checkOptions(spec: Doc): void {
  if (isTrue(spec.sparse) && spec.partialFilterExpression !== undefined)
    throw cannot('cannot mix "partialFilterExpression" and "sparse" options');
  if (spec.partialFilterExpression !== undefined) {
    if (!isPlainObject(spec.partialFilterExpression))
      throw new MongoError(14, 'TypeMismatch', 'partialFilterExpression must be an object');
    compileMatch(spec.partialFilterExpression, matchOptions());
  }
  if (spec.expireAfterSeconds === undefined) return;
  const seconds = isNumber(spec.expireAfterSeconds) ? toNumber(spec.expireAfterSeconds) : NaN;
  if (!(seconds >= 0 && seconds <= 2_147_483_647))
    throw cannot(
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different number than ${seconds}`,
    );
  if (isPlainObject(spec.key) && Object.keys(spec.key).length > 1)
    throw cannot('TTL indexes are single-field indexes, compound indexes do not support TTL.');
}

function defaultName(entries: readonly (readonly [string, unknown])[]): string {
  return entries
    .map(([path, direction]) => `${path}_${typeof direction === 'string' ? direction : toNumber(direction)}`)
    .join('_');
}

export const isIdIndex = (spec: Doc): boolean => {
  const [first, second] = Object.entries(spec.key as Doc);
  return first !== undefined && second === undefined && first[0] === '_id' && toNumber(first[1]) > 0;
};

/** The same index that is there already; throws when one stands in the way. */
export function findEqualIndex(collection: Collection, spec: Doc): Index | undefined {
  for (const index of collection.indexes) {
    const hasSameKey =
      isSameKey(index.spec.key, spec.key) &&
      isSame(index.spec.partialFilterExpression, spec.partialFilterExpression) &&
      isSame(index.spec.collation, spec.collation);
    const hasSameOptions =
      isTrue(index.spec.unique) === isTrue(spec.unique) &&
      isTrue(index.spec.sparse) === isTrue(spec.sparse) &&
      isSame(index.spec.expireAfterSeconds, spec.expireAfterSeconds);
    if (index.name === spec.name) {
      if (hasSameKey && hasSameOptions) return index;
      throw new MongoError(
        hasSameKey ? 85 : 86,
        hasSameKey ? 'IndexOptionsConflict' : 'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${show(spec)}, existing index: ${show(index.spec)}`,
      );
    }
    if (hasSameKey)
      throw new MongoError(
        85,
        'IndexOptionsConflict',
        hasSameOptions
          ? `Index already exists with a different name: ${index.name}`
          : `An equivalent index already exists with a different name and options. Requested index: ${show(spec)}, existing index: ${show(index.spec)}`,
      );
  }
  return undefined;
}

export function isSameKey(a: unknown, b: unknown): boolean {
  return (
    isPlainObject(a) && isPlainObject(b) && Object.keys(a).join('\0') === Object.keys(b).join('\0') && equalValues(a, b)
  );
}

const isSame = (a: unknown, b: unknown): boolean => (a === undefined || b === undefined ? a === b : equalValues(a, b));

const show = (spec: Doc): string => JSON.stringify(spec);
