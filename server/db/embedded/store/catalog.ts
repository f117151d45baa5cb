/**
 * The collections and their indexes: tables in the file, and the same held in memory. Memory is only ever a copy: when a
 * batch is rolled back, `reload` makes it true again. Names never become part of SQL; tables are called by numbers.
 */
import { randomBytes } from 'node:crypto';
import { MongoError } from '../errors.ts';
import { bytesOf } from '../sqlite.ts';
import { type Matcher } from '../match/compile.ts';
import { decode, decodeExact, encode, type Doc } from '../values/codec.ts';
import { createFieldPicker, type FieldPicker } from './raw-fields.ts';
import { createIndex, type Index } from './index-spec.ts';
import { type DataFile } from './file.ts';

export interface Collection {
  readonly id: number;
  db: string;
  name: string;
  readonly uuid: Buffer;
  options: Doc;
  indexes: readonly Index[];
  /** The top-level fields that indexes are made of, `_id` first. */
  picker: FieldPicker;
  /** For each index, where its fields stand in what the picker gives; undefined when a path leads below the top. */
  slots: readonly (readonly number[] | undefined)[];
  /** The next row id; row ids only grow while the process lives. */
  nextRow: number;
  /** Grows with every changed document: tells whether a row that was read is still as it was. */
  changes: number;
  /** How many documents there are, once somebody has counted. */
  documentCount: number | undefined;
  /** No document is larger than this; a power of two. Decides how many rows a page may have. */
  largestBytes: number;
  /** Set when it was dropped or the batch that created it was rolled back: commands under way must stop. */
  isDropped: boolean;
  /** Grows with every change of indexes or options, so that what was compiled for it can be made anew. */
  version: number;
  /** Compiled when first needed. */
  validator: Matcher | undefined;
  readonly table: string;
}

export interface Catalog {
  readonly find: (db: string, name: string) => Collection | undefined;
  readonly all: () => IterableIterator<Collection>;
  /** The caller has joined a batch. */
  readonly create: (db: string, name: string, options: Doc) => Collection;
  readonly drop: (collection: Collection) => void;
  readonly rename: (collection: Collection, db: string, name: string) => void;
  readonly saveOptions: (collection: Collection, options: Doc) => void;
  readonly addIndex: (collection: Collection, name: string, spec: Doc) => Index;
  readonly readyIndex: (collection: Collection, index: Index) => void;
  readonly dropIndex: (collection: Collection, index: Index) => void;
  readonly saveIndexSpec: (collection: Collection, index: Index, spec: Doc) => void;
  readonly saveMultikey: (collection: Collection, index: Index, multikey: number) => void;
  readonly saveLargest: (collection: Collection, bytes: number) => void;
  readonly reload: () => void;
}

/** Tables are emptied in small steps by the sweeper, which a name in `trash` tells to do so. */
export function createCatalog({ file }: { readonly file: DataFile }): Catalog {
  const byNamespace = new Map<string, Collection>();

  function load(): void {
    const known = new Map([...byNamespace.values()].map((collection) => [collection.id, collection]));
    byNamespace.clear();
    const indexRows = file.prepare('select * from indexes order by id').all([]);
    for (const row of file.prepare('select * from collections order by id').all([])) {
      const id = Number(row.id);
      const collection = known.get(id) ?? emptyCollection(id, bytesOf(row.uuid));
      known.delete(id);
      collection.db = String(row.db);
      collection.name = String(row.name);
      collection.options = decode(bytesOf(row.options));
      collection.documentCount = undefined;
      collection.largestBytes = Number(row.largest);
      collection.nextRow = Math.max(collection.nextRow, lastRow(id) + 1);
      const held = new Map(collection.indexes.map((index) => [index.id, index]));
      setIndexes(
        collection,
        indexRows
          .filter((indexRow) => Number(indexRow.collection) === id)
          .map((indexRow) => {
            const spec = decodeExact(bytesOf(indexRow.spec));
            const multikey = Number(indexRow.multikey);
            const index = held.get(Number(indexRow.id));
            if (index === undefined)
              return createIndex({
                id: Number(indexRow.id),
                name: String(indexRow.name),
                spec,
                multikey,
                isReady: Number(indexRow.ready) === 1,
              });
            return Object.assign(index, { spec, multikey, isReady: Number(indexRow.ready) === 1 });
          }),
      );
      byNamespace.set(`${collection.db}.${collection.name}`, collection);
    }
    for (const collection of known.values()) collection.isDropped = true;
  }

  const lastRow = (id: number): number =>
    Number(file.prepare(`select coalesce(max(rid), 0) n from d${id}`).get([])?.n ?? 0);

  function discard(table: string): void {
    file.statement('insert into trash(name) values(?)').run([table]);
  }

  load();

  return {
    find: (db, name) => byNamespace.get(`${db}.${name}`),
    all: () => byNamespace.values(),
    reload: load,
    create: (db, name, options) => {
      checkNamespace(db, name);
      const uuid = randomBytes(16);
      uuid[6] = (uuid[6]! & 0x0f) | 0x40;
      uuid[8] = (uuid[8]! & 0x3f) | 0x80;
      const row = file
        .statement('insert into collections(db, name, uuid, options) values(?, ?, ?, ?) returning id')
        .get([db, name, uuid, encode(options)]);
      const collection = emptyCollection(Number(row?.id), uuid);
      file.exec(`create table ${collection.table}(rid integer primary key, k blob not null unique, d blob not null)`);
      Object.assign(collection, { db, name, options: decode(encode(options)), documentCount: 0 });
      byNamespace.set(`${db}.${name}`, collection);
      return collection;
    },
    drop: (collection) => {
      for (const index of collection.indexes) discard(index.table);
      discard(collection.table);
      file.statement('delete from indexes where collection=?').run([collection.id]);
      file.statement('delete from collections where id=?').run([collection.id]);
      byNamespace.delete(`${collection.db}.${collection.name}`);
      collection.isDropped = true;
      collection.version++;
    },
    rename: (collection, db, name) => {
      checkNamespace(db, name);
      file.statement('update collections set db=?, name=? where id=?').run([db, name, collection.id]);
      byNamespace.delete(`${collection.db}.${collection.name}`);
      Object.assign(collection, { db, name });
      byNamespace.set(`${db}.${name}`, collection);
    },
    saveOptions: (collection, options) => {
      file.statement('update collections set options=? where id=?').run([encode(options), collection.id]);
      collection.options = decode(encode(options));
      collection.validator = undefined;
      collection.version++;
    },
    addIndex: (collection, name, spec) => {
      const row = file
        .statement('insert into indexes(collection, name, spec) values(?, ?, ?) returning id')
        .get([collection.id, name, encode(spec)]);
      const index = createIndex({ id: Number(row?.id), name, spec, multikey: 0, isReady: false });
      file.exec(
        index.isUnique
          ? `create table ${index.table}(k blob primary key, rid integer not null) without rowid`
          : `create table ${index.table}(k blob, rid integer, primary key(k, rid)) without rowid`,
      );
      setIndexes(collection, [...collection.indexes, index]);
      return index;
    },
    readyIndex: (collection, index) => {
      file.statement('update indexes set ready=1 where id=?').run([index.id]);
      index.isReady = true;
      collection.version++;
    },
    dropIndex: (collection, index) => {
      discard(index.table);
      file.statement('delete from indexes where id=?').run([index.id]);
      setIndexes(
        collection,
        collection.indexes.filter((other) => other !== index),
      );
    },
    saveIndexSpec: (collection, index, spec) => {
      file.statement('update indexes set spec=? where id=?').run([encode(spec), index.id]);
      index.spec = spec;
      collection.version++;
    },
    saveMultikey: (collection, index, multikey) => {
      file.statement('update indexes set multikey=? where id=?').run([multikey, index.id]);
      index.multikey = multikey;
      collection.version++;
    },
    saveLargest: (collection, bytes) => {
      collection.largestBytes = 2 ** Math.ceil(Math.log2(bytes));
      file.statement('update collections set largest=? where id=?').run([collection.largestBytes, collection.id]);
    },
  };
}

function emptyCollection(id: number, uuid: Buffer): Collection {
  return {
    id,
    db: '',
    name: '',
    uuid,
    options: {},
    indexes: [],
    picker: createFieldPicker(['_id']),
    slots: [],
    nextRow: 1,
    changes: 0,
    documentCount: undefined,
    largestBytes: 1024,
    isDropped: false,
    version: 0,
    validator: undefined,
    table: `d${id}`,
  };
}

function setIndexes(collection: Collection, indexes: readonly Index[]): void {
  collection.indexes = indexes;
  const names = new Set(['_id']);
  for (const index of indexes) if (!index.isInert) for (const { parts } of index.fields) names.add(parts[0]!);
  const order = [...names];
  collection.picker = createFieldPicker(order);
  collection.slots = indexes.map(({ fields }) =>
    fields.every(({ parts }) => parts.length === 1) ? fields.map(({ path }) => order.indexOf(path)) : undefined,
  );
  collection.version++;
}

const MAX_NAMESPACE_BYTES = 255;

function checkNamespace(db: string, name: string): void {
  const isDbBad = db === '' || /[/\\. "$*<>:|?\0]/.test(db) || Buffer.byteLength(db) > 63;
  const isNameBad = name === '' || name.startsWith('.') || name.includes('$') || name.includes('\0');
  if (isDbBad || isNameBad || Buffer.byteLength(`${db}.${name}`) > MAX_NAMESPACE_BYTES)
    throw new MongoError(73, 'InvalidNamespace', `Invalid namespace specified '${db}.${name}'`);
}
