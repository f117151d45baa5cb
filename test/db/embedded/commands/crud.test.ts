import { BSON, Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aServedEngine, type Served } from '../engine-support.ts';

let served: Served;
let count = 0;
beforeAll(async () => {
  served = await aServedEngine({ ttlSweepMs: 50 });
});
afterAll(() => served.stop());

const aCollection = () => served.client.db('crud').collection<any>(`c${++count}`);

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('documents', () => {
  const everyType = {
    _id: new ObjectId(), z: 1, a: new Double(1), int: new Int32(-5), long: Long.fromString('9007199254740993'), decimal: Decimal128.fromString('1.10'),
    text: 'a\u0000ü😀', empty: '', date: new Date(-1), bool: false, nothing: null, bytes: new Binary(Buffer.from([0, 255]), 0),
    uuid: new UUID(), time: new Timestamp({ t: 1, i: 2 }), regex: new BSON.BSONRegExp('^a', 'i'), min: new MinKey(), max: new MaxKey(),
    code: new BSON.Code('f()'), list: [1, [2, {}], []], deep: { b: { c: 1 }, a: 0 }, nan: NaN, minusZero: new Double(-0),
  }; // prettier-ignore

  it('come back byte for byte, also after an update of another field', async () => {
    const collection = aCollection();
    await collection.insertOne(everyType);
    const expected = Buffer.from(BSON.serialize(everyType));
    const read = async (): Promise<Buffer> =>
      Buffer.from((await collection.findOne({}, { raw: true })) as unknown as Buffer);
    expect((await read()).equals(expected)).toBe(true);
    await collection.updateOne({}, { $set: { extra: 1 } });
    await collection.updateOne({}, { $unset: { extra: 1 } });
    expect((await read()).equals(expected)).toBe(true);
  });

  it('get an _id when they have none, and have it first when it was not', async () => {
    const collection = aCollection();
    await served.client
      .db('crud')
      .command({ insert: collection.collectionName, documents: [{ a: 1 }, { a: 2, _id: 7 }] });
    const [first, second] = await collection.find({}, { sort: { a: 1 } }).toArray();
    expect(first._id).toBeInstanceOf(ObjectId);
    expect(Object.keys(second)).toEqual(['_id', 'a']);
  });

  it.each([
    [{ _id: [1] }, 2],
    [{ _id: /x/ }, 2],
    [{ _id: { $a: 1 } }, 52],
  ])('are refused with a bad _id: %o', async (document, code) => {
    await expect(aCollection().insertOne(document)).rejects.toMatchObject({ code });
  });

  it('are refused beyond sixteen megabytes', async () => {
    const tooLarge = { text: 'x'.repeat(16 * 1024 * 1024) };
    const answer = await served.client.db('crud').command({ insert: 'large', documents: [tooLarge] });
    expect(answer).toMatchObject({ n: 0, writeErrors: [{ code: 10334 }] });
  });

  it('that fail leave those before them, and unordered those behind as well', async () => {
    const collection = aCollection();
    const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }];
    await expect(collection.insertMany(documents)).rejects.toMatchObject({ code: 11000, result: { insertedCount: 1 } });
    expect(await collection.countDocuments()).toBe(1);
    await expect(collection.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }], { ordered: false })).rejects.toMatchObject(
      { code: 11000 },
    );
    expect(await collection.countDocuments()).toBe(3);
  });
});

describe('unique keys', () => {
  it('name the pattern and the value that is taken, and leave no trace of the refused document', async () => {
    const collection = aCollection();
    await collection.createIndex({ other: 1 }, {}, {});
    await collection.createIndex({ email: 1 }, { unique: true }, {});
    await collection.insertOne({ _id: 1, email: 'a@b.c', other: 1 });
    await expect(collection.insertOne({ _id: 2, email: 'a@b.c', other: 5 })).rejects.toMatchObject({
      code: 11000,
      keyPattern: { email: 1 },
      keyValue: { email: 'a@b.c' },
    });
    expect(await collection.countDocuments({ other: 5 })).toBe(0);
    await collection.insertOne({ _id: 3, email: 'x', other: 7 });
    await expect(collection.updateOne({ _id: 3 }, { $set: { email: 'a@b.c', other: 8 } })).rejects.toMatchObject({
      code: 11000,
    });
    expect(await collection.findOne({ other: 7 })).toMatchObject({ email: 'x' });
    expect(await collection.countDocuments({ other: 8 })).toBe(0);
  });

  it('hold for elements of arrays, not for missing fields of sparse and partial indexes', async () => {
    const collection = aCollection();
    await collection.createIndex({ tags: 1 }, { unique: true }, {});
    await collection.createIndex({ s: 1 }, { unique: true, sparse: true }, {});
    await collection.createIndex({ p: 1 }, { unique: true, partialFilterExpression: { live: true } }, {});
    await collection.insertOne({ tags: ['a', 'b', 'a'], p: 1 });
    await collection.insertOne({ tags: ['c'], p: 1, live: true });
    await expect(collection.insertOne({ tags: ['d', 'b'] })).rejects.toMatchObject({ keyValue: { tags: 'b' } });
    await expect(collection.insertOne({ tags: ['e'], p: 1, live: true })).rejects.toMatchObject({ code: 11000 });
  });

  it('keep an index from being made over duplicates', async () => {
    const collection = aCollection();
    await collection.insertMany([{ a: 1 }, { a: 1 }]);
    await expect(collection.createIndex({ a: 1 }, { unique: true }, {})).rejects.toMatchObject({ code: 11000 });
    expect((await collection.indexes()).map(({ name }) => name)).toEqual(['_id_']);
  });
});

describe('a bulk', () => {
  it('counts what it did, by collection and by client', async () => {
    const collection = aCollection();
    await collection.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
    const result = await collection.bulkWrite([
      { insertOne: { document: { _id: 4 } } },
      { updateMany: { filter: {}, update: { $set: { a: 1 } } } },
      { deleteOne: { filter: { _id: 1 } } },
      { updateOne: { filter: { _id: 9 }, update: { $set: { b: 1 } }, upsert: true } },
    ]);
    expect(result).toMatchObject({
      insertedCount: 1,
      modifiedCount: 4,
      deletedCount: 1,
      upsertedCount: 1,
      upsertedIds: { 3: 9 },
    });
    const namespace = `crud.${collection.collectionName}`;
    const byClient = await served.client.bulkWrite([
      { name: 'insertOne', namespace, document: { _id: 10 as never } },
      { name: 'updateOne', namespace, filter: { _id: 10 as never }, update: { $set: { a: 2 } } },
      { name: 'deleteMany', namespace, filter: { a: 1 } },
    ]);
    expect(byClient).toMatchObject({ insertedCount: 1, modifiedCount: 1, deletedCount: 3 });
  });

  it('updates an indexed field of many documents once each', async () => {
    const collection = aCollection();
    await collection.createIndex({ n: 1 }, {}, {});
    await collection.insertMany(Array.from({ length: 500 }, (_, n) => ({ _id: n, n })));
    expect(await collection.updateMany({ n: { $gte: 0 } }, { $inc: { n: 1000 } })).toMatchObject({
      modifiedCount: 500,
    });
    expect(await collection.countDocuments({ n: { $gte: 1000, $lt: 1500 } })).toBe(500);
  });
});

describe('cursors', () => {
  it('give all documents in batches, in order, and end by themselves', async () => {
    const collection = aCollection();
    await collection.insertMany(Array.from({ length: 1000 }, (_, n) => ({ _id: n, n: n % 10 })));
    await collection.createIndex({ n: 1, _id: 1 }, {}, {});
    const ids = await collection
      .find({}, { batchSize: 7, sort: { n: 1, _id: -1 } })
      .map(({ _id }) => _id)
      .toArray();
    expect(ids).toHaveLength(1000);
    expect(new Set(ids).size).toBe(1000);
    expect(
      await collection
        .find({}, { sort: { _id: -1 }, skip: 5, limit: 3 })
        .map(({ _id }) => _id)
        .toArray(),
    ).toEqual([994, 993, 992]);
  });

  it('that were killed or never existed are not found', async () => {
    const collection = aCollection();
    await collection.insertMany([{}, {}, {}]);
    const db = served.client.db('crud');
    const { cursor } = await db.command({ find: collection.collectionName, batchSize: 1 });
    await db.command({ killCursors: collection.collectionName, cursors: [cursor.id] });
    for (const id of [Long.fromBigInt(BigInt(String(cursor.id))), Long.fromNumber(1)])
      await expect(db.command({ getMore: id, collection: collection.collectionName })).rejects.toMatchObject({
        code: 43,
      });
  });
});

describe('collections', () => {
  it('refuse what their validator does not take, saying why', async () => {
    const collection = aCollection();
    await served.client.db('crud').createCollection(collection.collectionName, {
      validator: { $jsonSchema: { required: ['name'], properties: { name: { bsonType: 'string' } } } },
    });
    await collection.insertOne({ _id: 1, name: 'a' });
    await expect(collection.insertOne({ _id: 2 })).rejects.toMatchObject({
      code: 121,
      errInfo: {
        failingDocumentId: 2,
        details: {
          operatorName: '$jsonSchema',
          schemaRulesNotSatisfied: [{ operatorName: 'required', missingProperties: ['name'] }],
        },
      },
    });
    await expect(collection.updateOne({ _id: 1 }, { $set: { name: 5 } })).rejects.toMatchObject({ code: 121 });
    await collection.insertOne({ _id: 3 }, { bypassDocumentValidation: true });
  });

  it('that are capped keep the newest', async () => {
    const collection = aCollection();
    await served.client.db('crud').createCollection(collection.collectionName, { capped: true, size: 100_000, max: 3 });
    for (let n = 0; n < 10; n++) await collection.insertOne({ _id: n });
    expect(
      await collection
        .find()
        .map(({ _id }) => _id)
        .toArray(),
    ).toEqual([7, 8, 9]);
  });

  it('lose documents whose time is over', async () => {
    const collection = aCollection();
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 60 }, {});
    await collection.insertMany([
      { _id: 1, at: new Date(Date.now() - 120_000) },
      { _id: 2, at: new Date() },
      { _id: 3, at: 'never' },
    ]);
    await until(async () => (await collection.countDocuments()) === 2);
    expect(
      await collection
        .find()
        .map(({ _id }) => _id)
        .toArray(),
    ).toEqual([2, 3]);
  });

  it('can be renamed, listed, dropped, and their names are never taken for SQL', async () => {
    const db = served.client.db('names');
    const odd = 'a"; drop table collections; --';
    await db.collection<any>(odd).insertOne({ _id: 1 });
    await db.renameCollection(odd, 'b');
    await db.collection('b').createIndex({ 'x"y; drop': 1 }, { name: 'i"; drop table d1' }, {});
    expect((await db.listCollections().toArray()).map(({ name }) => name)).toEqual(['b']);
    expect(await db.collection<any>('b').findOne()).toEqual({ _id: 1 });
    await db.dropDatabase();
    expect(await db.listCollections().toArray()).toEqual([]);
    await expect(db.createCollection('a$b')).rejects.toMatchObject({ code: 73 });
  });
});

describe('explain', () => {
  it('names the index that serves a filter and a sort', async () => {
    const collection = aCollection();
    await collection.createIndex({ status: 1, dueAt: 1 }, { name: 'queue' }, {});
    await collection.insertMany(
      Array.from({ length: 300 }, (_, n) => ({ _id: n, status: n % 2 === 0 ? 'queued' : 'done', dueAt: n })),
    );
    const planOf = async (filter: object, sort?: Record<string, 1 | -1>) => {
      const answer = await collection
        .find(filter, { limit: 5, ...(sort === undefined ? {} : { sort }) })
        .explain('executionStats');
      return {
        text: JSON.stringify(answer.queryPlanner.winningPlan),
        examined: answer.executionStats.totalDocsExamined as number,
      };
    };
    const queue = await planOf({ status: 'queued', dueAt: { $lte: 100 } }, { dueAt: 1 });
    expect(queue.text).toContain('"indexName":"queue"');
    expect(queue.text).not.toContain('SORT');
    expect(queue.examined).toBe(5);
    expect((await planOf({ status: { $in: ['queued', 'done'] } }, { dueAt: -1 })).text).toContain('SORT_MERGE');
    expect((await planOf({ _id: 5 })).text).toContain('IDHACK');
    expect((await planOf({ dueAt: 5 })).text).toContain('COLLSCAN');
    expect((await planOf({ $or: [{ status: 'queued', dueAt: 4 }, { _id: 7 }] })).text).toContain('"stage":"OR"');
    await expect(collection.find({}, { hint: 'nothing' }).toArray()).rejects.toMatchObject({ code: 2 });
  });
});

describe('time', () => {
  it('is over when maxTimeMS says so', async () => {
    const collection = aCollection();
    await collection.insertMany(Array.from({ length: 20_000 }, (_, n) => ({ n, text: 'x'.repeat(100) })));
    await expect(collection.find({ text: /y$/ }, { maxTimeMS: 1 }).toArray()).rejects.toMatchObject({ code: 50 });
  });
});
