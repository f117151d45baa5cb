import { Long, MongoClient } from 'mongodb';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aServedEngine, type Served } from '../engine-support.ts';

let served: Served;
let count = 0;
beforeAll(async () => {
  served = await aServedEngine({ transactionIdleMs: 300 });
});
afterAll(() => served.stop());

async function aCollection() {
  const collection = served.client.db('tx').collection<any>(`c${++count}`);
  await collection.createIndex({ n: 1 }, {}, {});
  await collection.insertMany([
    { _id: 1, n: 1 },
    { _id: 2, n: 2 },
  ]);
  return collection;
}

describe('a transaction', () => {
  it('sees its own writes, others see them once it is committed', async () => {
    const collection = await aCollection();
    const session = served.client.startSession();
    session.startTransaction();
    await collection.insertOne({ _id: 3, n: 3 }, { session });
    await collection.updateOne({ _id: 1 }, { $set: { n: 10 } }, { session });
    await collection.deleteOne({ _id: 2 }, { session });
    const inside = { session, sort: { n: 1 } } as const;
    expect(await collection.find({ n: { $gte: 0 } }, inside).toArray()).toEqual([
      { _id: 3, n: 3 },
      { _id: 1, n: 10 },
    ]);
    expect(await collection.countDocuments({}, { session })).toBe(2);
    expect(await collection.find({ n: { $gte: 0 } }, { sort: { n: 1 } }).toArray()).toEqual([
      { _id: 1, n: 1 },
      { _id: 2, n: 2 },
    ]);
    expect(await collection.estimatedDocumentCount()).toBe(2);
    await session.commitTransaction();
    await session.endSession();
    expect(await collection.find({}, { sort: { n: 1 } }).toArray()).toEqual([
      { _id: 3, n: 3 },
      { _id: 1, n: 10 },
    ]);
  });

  it('leaves nothing when it is aborted, by hand or by an error', async () => {
    const collection = await aCollection();
    const session = served.client.startSession();
    session.startTransaction();
    await collection.insertOne({ _id: 3, n: 3 }, { session });
    await session.abortTransaction();
    session.startTransaction();
    await collection.insertOne({ _id: 4, n: 4 }, { session });
    await expect(collection.insertOne({ _id: 1 }, { session })).rejects.toMatchObject({ code: 11000 });
    await expect(collection.insertOne({ _id: 5 }, { session })).rejects.toMatchObject({ code: 251 });
    await session.abortTransaction().catch(() => undefined);
    await session.endSession();
    expect(await collection.countDocuments()).toBe(2);
  });

  it('conflicts with another that changed the same document, and may be tried again', async () => {
    const collection = await aCollection();
    const [first, second] = [served.client.startSession(), served.client.startSession()];
    first.startTransaction();
    second.startTransaction();
    await collection.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: first });
    const conflict: any = await collection
      .updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: second })
      .catch((error: unknown) => error);
    expect(conflict.code).toBe(112);
    expect(conflict.hasErrorLabel('TransientTransactionError')).toBe(true);
    await first.commitTransaction();
    await second.abortTransaction().catch(() => undefined);
    await Promise.all([first.endSession(), second.endSession()]);
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, n: 2 });
  });

  it('does not hold up writes of others, and gives way to them', async () => {
    const collection = await aCollection();
    const session = served.client.startSession();
    session.startTransaction();
    await collection.updateOne({ _id: 1 }, { $set: { n: 50 } }, { session });
    await collection.updateOne({ _id: 1 }, { $set: { n: 60 } });
    const conflict: any = await session.commitTransaction().catch((error: unknown) => error);
    expect(conflict.code).toBe(112);
    await session.endSession();
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, n: 60 });
  });

  it('adds up to the truth when fifty of them increment one counter', async () => {
    const collection = await aCollection();
    await Promise.all(
      Array.from({ length: 50 }, () =>
        served.client.withSession((session) =>
          session.withTransaction(async () => {
            const doc = await collection.findOne({ _id: 1 }, { session });
            await collection.updateOne({ _id: 1 }, { $set: { n: Number(doc.n) + 1 } }, { session });
          }),
        ),
      ),
    );
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, n: 51 });
  });

  it('is aborted when nobody uses it', async () => {
    const collection = await aCollection();
    const session = served.client.startSession();
    session.startTransaction();
    await collection.insertOne({ _id: 9 }, { session });
    const status = () => served.client.db('admin').command({ serverStatus: 1 });
    while ((await status()).transactions.currentOpen > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(session.commitTransaction()).rejects.toMatchObject({ code: 251 });
    await session.endSession();
    expect(await collection.countDocuments()).toBe(2);
  });

  it('works through an unmodified Mongoose', async () => {
    const connection = await mongoose.createConnection(served.url, { dbName: 'mongoose' }).asPromise();
    const Account = connection.model('Account', new mongoose.Schema({ name: String, balance: Number }));
    await Account.create([
      { name: 'a', balance: 10 },
      { name: 'b', balance: 0 },
    ]);
    await connection.transaction(async (session) => {
      await Account.updateOne({ name: 'a' }, { $inc: { balance: -5 } }).session(session);
      await Account.updateOne({ name: 'b' }, { $inc: { balance: 5 } }).session(session);
    });
    expect((await Account.find().sort({ name: 1 })).map(({ balance }) => balance)).toEqual([5, 5]);
    await connection.close();
  });
});

describe('a retryable write', () => {
  it('that is sent twice happens once and is answered twice', async () => {
    const collection = await aCollection();
    // A client of its own: the shared one may hand out a session that has written before, under higher numbers.
    const client = await new MongoClient(served.url).connect();
    const session = client.startSession();
    const db = client.db('tx');
    const command = {
      findAndModify: collection.collectionName,
      query: { _id: 1 },
      update: { $inc: { n: 1 } },
      new: true,
      txnNumber: Long.fromNumber(1),
    };
    const answers = [await db.command(command, { session }), await db.command(command, { session })];
    expect(answers.map(({ value }) => value)).toEqual([
      { _id: 1, n: 2 },
      { _id: 1, n: 2 },
    ]);
    const older = { ...command, txnNumber: Long.fromNumber(0) };
    await expect(db.command(older, { session })).rejects.toMatchObject({ code: 225 });
    await session.endSession();
    await client.close();
  });
});
