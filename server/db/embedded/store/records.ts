/**
 * Documents and their index keys, kept in step. Every change either happens whole or throws and leaves nothing: unique keys
 * are claimed with `insert or ignore`, and when one is taken, what was written before it is taken back. A fault of SQLite
 * itself in the middle leaves `isMidChange` set, and the batch is rolled back as a whole.
 */
import { bytesOf } from '../sqlite.ts';
import { decode, type Doc } from '../values/codec.ts';
import { encodeKey } from '../values/keys.ts';
import { type Catalog, type Collection } from './catalog.ts';
import { duplicateKey } from './duplicate.ts';
import { type DataFile } from './file.ts';
import { keysOfDocument, keysOfScalars, type DocumentKeys } from './index-keys.ts';
import { type Index } from './index-spec.ts';
import { UNREAD } from './raw-fields.ts';

/** Told of every change, for transactions: who touched which document. */
export interface ChangeListener {
  readonly changed: (
    collection: Collection,
    row: number,
    before: Buffer | undefined,
    after: Buffer | undefined,
  ) => void;
}

export interface RecordsDeps {
  readonly file: DataFile;
  readonly catalog: Pick<Catalog, 'saveMultikey' | 'saveLargest'>;
}

export type Records = ReturnType<typeof createRecords>;

export function createRecords({ file, catalog }: RecordsDeps) {
  let listener: ChangeListener | undefined;
  let isMidChange = false;

  function insert(collection: Collection, raw: Buffer, row = collection.nextRow): number {
    const { idKey: readId, keysOf } = readKeys(collection, raw);
    const idKey = readId();
    const keys = collection.indexes.map(keysOf);
    if (row >= collection.nextRow) collection.nextRow = row + 1;
    isMidChange = true;
    if (raw.length > collection.largestBytes) catalog.saveLargest(collection, raw.length);
    const sql = `insert or ignore into ${collection.table}(rid, k, d) values(?, ?, ?)`;
    if (file.statement(sql).run([row, idKey, raw]).changes === 0) {
      isMidChange = false;
      throw duplicateKey(collection, undefined, raw, idKey);
    }
    const taken = addKeys(collection, row, keys);
    if (taken !== undefined) {
      file.statement(`delete from ${collection.table} where rid=?`).run([row]);
      isMidChange = false;
      throw duplicateKey(collection, taken.index, raw, taken.key);
    }
    if (collection.documentCount !== undefined) collection.documentCount++;
    isMidChange = false;
    collection.changes++;
    listener?.changed(collection, row, undefined, raw);
    return row;
  }

  function replace(collection: Collection, row: number, before: Buffer, after: Buffer): void {
    if (collection.indexes.length > 0) {
      const old = readKeys(collection, before);
      const next = readKeys(collection, after);
      const differences = collection.indexes.map((index, i) =>
        isUntouched(collection, i, old, next) ? SAME : difference(old.keysOf(index, i), next.keysOf(index, i)),
      );
      isMidChange = true;
      const taken = addKeys(
        collection,
        row,
        differences.map(({ added }) => added),
      );
      if (taken !== undefined) {
        isMidChange = false;
        throw duplicateKey(collection, taken.index, after, taken.key);
      }
      collection.indexes.forEach((index, i) => {
        removeKeys(index, row, differences[i]!.removed);
      });
    }
    isMidChange = true;
    if (after.length > collection.largestBytes) catalog.saveLargest(collection, after.length);
    file.statement(`update ${collection.table} set d=? where rid=?`).run([after, row]);
    isMidChange = false;
    collection.changes++;
    listener?.changed(collection, row, before, after);
  }

  function remove(collection: Collection, row: number, raw: Buffer): void {
    const { keysOf } = readKeys(collection, raw);
    const keys = collection.indexes.map(keysOf);
    isMidChange = true;
    collection.indexes.forEach((index, i) => {
      removeKeys(index, row, keys[i]!.keys);
    });
    file.statement(`delete from ${collection.table} where rid=?`).run([row]);
    if (collection.documentCount !== undefined) collection.documentCount--;
    isMidChange = false;
    collection.changes++;
    listener?.changed(collection, row, raw, undefined);
  }

  /** Adds the keys of a document to an index that is being built. Gives the key that another document has. */
  function addToIndex(collection: Collection, index: Index, row: number, raw: Buffer): Buffer | undefined {
    const keys = readKeys(collection, raw).keysOf(index, collection.indexes.indexOf(index));
    isMidChange = true;
    noteMultikey(collection, index, keys.multikey);
    const statement = file.statement(`insert or ignore into ${index.table}(k, rid) values(?, ?)`);
    for (const key of keys.keys)
      if (statement.run([key, row]).changes === 0 && index.isUnique && ownerOf(index, key) !== row) {
        isMidChange = false;
        return key;
      }
    isMidChange = false;
    return undefined;
  }

  function addKeys(
    collection: Collection,
    row: number,
    keys: readonly DocumentKeys[],
  ): { readonly index: Index; readonly key: Buffer } | undefined {
    for (let i = 0; i < keys.length; i++) {
      const index = collection.indexes[i]!;
      const own = keys[i]!;
      if (own.keys.length === 0) continue;
      if (own.multikey !== 0) noteMultikey(collection, index, own.multikey);
      const statement = file.statement(`insert or ignore into ${index.table}(k, rid) values(?, ?)`);
      for (let j = 0; j < own.keys.length; j++) {
        const key = own.keys[j]!;
        if (statement.run([key, row]).changes !== 0 || !index.isUnique) continue;
        if (!index.isReady) {
          if (ownerOf(index, key) !== row) index.buildConflict ??= new Error('duplicate while building');
          continue;
        }
        removeKeys(index, row, own.keys.slice(0, j));
        for (let k = 0; k < i; k++) removeKeys(collection.indexes[k]!, row, keys[k]!.keys);
        return { index, key };
      }
    }
    return undefined;
  }

  function ownerOf(index: Index, key: Buffer): number {
    return Number(file.statement(`select rid from ${index.table} where k=?`).get([key])?.rid);
  }

  function removeKeys(index: Index, row: number, keys: readonly Buffer[]): void {
    if (keys.length === 0) return;
    const statement = file.statement(`delete from ${index.table} where k=? and rid=?`);
    for (const key of keys) statement.run([key, row]);
  }

  function noteMultikey(collection: Collection, index: Index, multikey: number): void {
    if ((index.multikey | multikey) !== index.multikey)
      catalog.saveMultikey(collection, index, index.multikey | multikey);
  }

  function read(collection: Collection, row: number): Buffer | undefined {
    const found = file.statement(`select d from ${collection.table} where rid=?`).get([row]);
    return found === undefined ? undefined : bytesOf(found.d);
  }

  return {
    insert,
    replace,
    remove,
    read,
    addToIndex,
    listen: (next: ChangeListener | undefined) => {
      listener = next;
    },
    /** True when a change was left half-way by an exception; asking clears it. */
    takeMidChange: (): boolean => {
      const was = isMidChange;
      isMidChange = false;
      return was;
    },
  };
}

interface KeyReader {
  /** What the picker gave. */
  readonly values: readonly unknown[];
  readonly idKey: () => Buffer;
  /** Of the i-th index. */
  readonly keysOf: (index: Index, i: number) => DocumentKeys;
}

/** Reads the keys from the raw bytes where possible and decodes the document, once, where not. */
function readKeys(collection: Collection, raw: Buffer): KeyReader {
  const values = collection.picker.pick(raw);
  let decoded: Doc | undefined;
  const doc = (): Doc => (decoded ??= decode(raw));
  return {
    values,
    idKey: () => encodeKey(values[0] === UNREAD ? doc()._id : values[0]),
    keysOf: (index, i) => {
      if (index.isInert) return NOTHING;
      const slots = collection.slots[i];
      const keys =
        slots === undefined
          ? undefined
          : keysOfScalars(
              index,
              slots.map((slot) => values[slot]),
            );
      return keys ?? keysOfDocument(index, doc());
    },
  };
}

/** True when an update left the fields of the index alone, as most do: then its keys need not be made. */
function isUntouched(collection: Collection, i: number, before: KeyReader, after: KeyReader): boolean {
  const slots = collection.slots[i];
  if (slots === undefined || collection.indexes[i]!.partial !== undefined) return false;
  return slots.every((slot) => {
    const old = before.values[slot];
    const next = after.values[slot];
    if (old instanceof Date && next instanceof Date) return old.getTime() === next.getTime();
    return old === next && old !== UNREAD;
  });
}

const NOTHING: DocumentKeys = { keys: [], multikey: 0 };
const SAME = { added: NOTHING, removed: [] };

function difference(
  before: DocumentKeys,
  after: DocumentKeys,
): { readonly added: DocumentKeys; readonly removed: readonly Buffer[] } {
  if (before.keys.length === 1 && after.keys.length === 1 && before.keys[0]!.equals(after.keys[0]!))
    return { added: { keys: [], multikey: after.multikey }, removed: [] };
  const old = new Set(before.keys.map((key) => key.toString('latin1')));
  const next = new Set(after.keys.map((key) => key.toString('latin1')));
  return {
    added: { keys: after.keys.filter((key) => !old.has(key.toString('latin1'))), multikey: after.multikey },
    removed: before.keys.filter((key) => !next.has(key.toString('latin1'))),
  };
}
