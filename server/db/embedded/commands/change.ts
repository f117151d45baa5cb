/** One update statement carried out: finds, changes, stores, or inserts when nothing fits. Used by update, findAndModify, bulkWrite. */
import { ObjectId } from 'bson';
import { matchOptions, runUpdatePipeline } from '../aggregate/options.ts';
import { failedToParse, MongoError } from '../errors.ts';
import { type Collection } from '../store/catalog.ts';
import { BsonType, findField } from '../store/raw-bson.ts';
import { decodeExact, encode, type Doc } from '../values/codec.ts';
import { applyUpdate, checkUpdate, isReplacement } from '../update/apply.ts';
import { seedFromFilter } from '../update/seed.ts';
import { type UpdateOptions } from '../update/types.ts';
import { isPlainObject } from '../values/types.ts';
import { collationArgument } from './arguments.ts';
import { ensureCollection, type CommandContext } from './context.ts';
import { insertOne, MAX_DOCUMENT_BYTES } from './insert.ts';
import { forEachTarget, withFirst, type Target } from './targets.ts';
import { validate } from './validate.ts';

export interface ChangeSpec {
  readonly filter: Doc;
  readonly update: Doc | readonly Doc[];
  readonly isMulti: boolean;
  readonly isUpsert: boolean;
  readonly sort?: Doc | undefined;
  readonly hint?: unknown;
  readonly arrayFilters?: readonly Doc[] | undefined;
  readonly variables?: Doc | undefined;
  readonly skipsValidation?: boolean | undefined;
  /** Where `collation` stands, when it does. */
  readonly command: Doc;
}

export interface ChangeOutcome {
  readonly matched: number;
  readonly modified: number;
  readonly upsertedId?: unknown;
  /** Of the last document: as it was and as it is. */
  readonly before?: Buffer | undefined;
  readonly after?: Buffer | undefined;
}

type Parts = Pick<CommandContext, 'engine' | 'work'>;

export async function changeDocuments(
  parts: Parts,
  db: string,
  name: string,
  spec: ChangeSpec,
): Promise<ChangeOutcome> {
  if (spec.isMulti && isReplacement(spec.update))
    throw failedToParse('multi update is not supported for replacement-style update');
  // Reading in a collection that does not exist must not make it; inserting does.
  const existing = parts.engine.catalog.find(db, name);
  if (existing === undefined) {
    const options = optionsOf(spec, undefined);
    // A malformed update is refused even when it meets no document.
    checkUpdate(spec.update, options);
    return spec.isUpsert ? upsert(parts, ensureCollection(parts, db, name), spec, options) : NOTHING;
  }
  const options = optionsOf(spec, existing);
  return spec.isMulti ? changeMany(parts, existing, spec, options) : changeOne(parts, existing, spec, options);
}

const NOTHING: ChangeOutcome = { matched: 0, modified: 0 };

function optionsOf(spec: ChangeSpec, collection: Collection | undefined): UpdateOptions {
  const { collation } = collationArgument(spec.command, collection?.options);
  return {
    arrayFilters: spec.arrayFilters,
    isInsert: false,
    now: new Date(),
    match: matchOptions(spec.variables, collation),
    pipeline: (doc, stages) => runUpdatePipeline(doc, stages, spec.variables),
  };
}

async function changeOne(
  parts: Parts,
  collection: Collection,
  spec: ChangeSpec,
  options: UpdateOptions,
): Promise<ChangeOutcome> {
  const query = { ...spec, wantsArrayIndex: usesPosition(spec.update) };
  return withFirst(parts, collection, query, (target) => {
    if (target === undefined) return spec.isUpsert ? upsert(parts, collection, spec, options) : NOTHING;
    const after = store(parts, collection, target, spec, options);
    return { matched: 1, modified: after === undefined ? 0 : 1, before: target.raw, after: after ?? target.raw };
  });
}

async function changeMany(
  parts: Parts,
  collection: Collection,
  spec: ChangeSpec,
  options: UpdateOptions,
): Promise<ChangeOutcome> {
  let matched = 0;
  let modified = 0;
  await forEachTarget(parts, collection, { ...spec, wantsArrayIndex: usesPosition(spec.update) }, (target) => {
    matched++;
    if (store(parts, collection, target, spec, options) !== undefined) modified++;
  });
  return matched === 0 && spec.isUpsert ? upsert(parts, collection, spec, options) : { matched, modified };
}

/** Gives the new bytes, or undefined when the update changes nothing. */
function store(
  { engine, work }: Parts,
  collection: Collection,
  { row, raw, arrayIndex }: Target,
  spec: ChangeSpec,
  options: UpdateOptions,
): Buffer | undefined {
  work.claim(collection, row);
  const result = applyUpdate(decodeExact(raw), spec.update, { ...options, arrayIndex });
  if (!result.isModified) return undefined;
  const after = encode(result.doc);
  if (after.equals(raw)) return undefined;
  if (after.length > MAX_DOCUMENT_BYTES)
    throw new MongoError(
      17419,
      'Location17419',
      `Resulting document after update is larger than ${MAX_DOCUMENT_BYTES}`,
    );
  if (spec.skipsValidation !== true && collection.options.validator !== undefined) validate(collection, after, raw);
  work.touch();
  engine.records.replace(collection, row, raw, after);
  return after;
}

function upsert(parts: Parts, collection: Collection, spec: ChangeSpec, options: UpdateOptions): ChangeOutcome {
  const { doc } = applyUpdate(seedFromFilter(spec.filter), spec.update, { ...options, isInsert: true });
  const whole = Object.hasOwn(doc, '_id') ? doc : { _id: new ObjectId(), ...doc };
  const raw = encode(whole);
  insertOne(parts, collection, raw, spec.skipsValidation);
  return { matched: 0, modified: 0, upsertedId: idOf(raw, whole), after: raw };
}

/** The _id as it is stored. */
function idOf(raw: Buffer, doc: Doc): unknown {
  const found = findField(raw, 0, Buffer.from('_id'));
  return found === undefined || found.type === BsonType.undefined ? null : doc._id;
}

const POSITIONAL = /\.\$(?:\.|$)/;

function usesPosition(update: Doc | readonly Doc[]): boolean {
  if (Array.isArray(update)) return false;
  return Object.values(update as Doc).some(
    (fields) =>
      isPlainObject(fields) &&
      Object.entries(fields).some(
        ([path, value]) => POSITIONAL.test(path) || (typeof value === 'string' && POSITIONAL.test(value)),
      ),
  );
}
