/** insert: documents are checked and stored as the bytes that came, `_id` put first (or added) where it is not. */
import { ObjectId } from 'bson';
import { MongoError } from '../errors.ts';
import { type Collection } from '../store/catalog.ts';
import { BsonType, checkBson, elementsOf, findField } from '../store/raw-bson.ts';
import { isTrue } from '../store/index-spec.ts';
import { encode } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { arrayArgument, nameArgument } from './arguments.ts';
import { ensureCollection, type Command, type CommandContext } from './context.ts';
import { makeRoom } from './capped.ts';
import { validate } from './validate.ts';
import { writeError, type WriteError } from './write-error.ts';

export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const ID = Buffer.from('_id');

export const insert: Command = async (context) => {
  const { command, db, work } = context;
  const name = nameArgument(command, 'insert');
  const documents = rawDocuments(context);
  const isOrdered = command.ordered !== false;
  const skipsValidation = command.bypassDocumentValidation === true;
  const writeErrors: WriteError[] = [];
  let n = 0;
  for (let i = 0; i < documents.length; i++) {
    if (work.shouldBreathe()) await work.breathe();
    try {
      const collection = ensureCollection(context, db, name);
      insertOne(context, collection, documents[i]!, skipsValidation);
      n++;
    } catch (error) {
      writeErrors.push(writeError(error, i));
      if (isOrdered) break;
    }
  }
  return { n, ...(writeErrors.length > 0 ? { writeErrors } : {}), ok: 1 };
};

function rawDocuments({ command, sequences }: CommandContext): readonly Buffer[] {
  const documents =
    sequences.get('documents') ?? (arrayArgument(command, 'documents') ?? []).filter(isPlainObject).map(encode);
  if (documents.length === 0)
    throw new MongoError(16, 'InvalidLength', 'Write batch sizes must be between 1 and 100000. Got 0 operations.');
  return documents;
}

/** Stores one document that came from a client. */
export function insertOne(
  { engine, work }: Pick<CommandContext, 'engine' | 'work'>,
  collection: Collection,
  raw: Buffer,
  skipsValidation = false,
): void {
  checkBson(raw);
  const stored = withIdFirst(raw);
  if (stored.length > MAX_DOCUMENT_BYTES)
    throw new MongoError(
      10334,
      'BSONObjectTooLarge',
      `object to insert too large. size in bytes: ${stored.length}, max size: ${MAX_DOCUMENT_BYTES}`,
    );
  if (!skipsValidation && collection.options.validator !== undefined) validate(collection, stored);
  work.touch();
  if (isTrue(collection.options.capped)) makeRoom(engine, collection, stored.length);
  engine.records.insert(collection, stored);
}

function withIdFirst(raw: Buffer): Buffer {
  const first = raw[4];
  // The usual case, seen from its first bytes: the first element is called _id.
  const isFirst = raw[5] === 0x5f && raw[6] === 0x69 && raw[7] === 0x64 && raw[8] === 0;
  if (isFirst && first !== 0) {
    checkIdType(raw, first!, 9);
    return raw;
  }
  const found = findField(raw, 0, ID);
  if (found === undefined) {
    const id = Buffer.alloc(17);
    id[0] = BsonType.objectId;
    id.write('_id\0', 1, 'latin1');
    new ObjectId().id.forEach((byte, i) => {
      id[5 + i] = byte;
    });
    return assemble([id, raw.subarray(4)]);
  }
  checkIdType(raw, found.type, found.start);
  return assemble([raw.subarray(found.element, found.end), raw.subarray(4, found.element), raw.subarray(found.end)]);
}

function assemble(parts: readonly Buffer[]): Buffer {
  const out = Buffer.concat([Buffer.alloc(4), ...parts]);
  out.writeInt32LE(out.length, 0);
  return out;
}

function checkIdType(raw: Buffer, type: number, at: number): void {
  const names: Readonly<Record<number, string>> = { 0x04: 'array', 0x0b: 'regex', 0x06: 'undefined' };
  const name = names[type];
  if (name !== undefined) throw new MongoError(2, 'BadValue', `The '_id' value cannot be of type ${name}`);
  if (type !== BsonType.object) return;
  for (const { nameStart, nameEnd } of elementsOf(raw, at))
    if (raw[nameStart] === 0x24)
      throw new MongoError(
        52,
        'DollarPrefixedFieldName',
        `_id fields may not contain '$'-prefixed fields: ${raw.toString('utf8', nameStart, nameEnd)} is not valid for storage.`,
      );
}
