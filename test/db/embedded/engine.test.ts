import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../../server/db/embedded/sqlite.ts';
import { startEmbedded } from '../../../server/db/embedded/start.ts';
import { aDirectory, anEngineInProcess, aServedEngine } from './engine-support.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function aFreshDirectory(): string {
  const directory = aDirectory();
  directories.push(directory);
  return directory;
}

/** A data directory that an engine has used and left. */
async function aUsedDirectory(): Promise<string> {
  const dataDir = aFreshDirectory();
  const { client, stop } = await servedIn(dataDir);
  await client
    .db('a')
    .collection<any>('b')
    .insertMany(Array.from({ length: 200 }, (_, n) => ({ _id: n, text: 'x'.repeat(500) })));
  await stop();
  return dataDir;
}

async function servedIn(dataDir: string) {
  const embedded = await startEmbedded({ dataDir });
  const { MongoClient } = await import('mongodb');
  const client = await MongoClient.connect(embedded.url);
  return {
    client,
    stop: async () => {
      await client.close();
      await embedded.stop();
    },
  };
}

const fileIn = (dataDir: string): string => join(dataDir, 'earshot.db');

describe('the start', () => {
  it('finds what was there before', async () => {
    const dataDir = await aUsedDirectory();
    const { client, stop } = await servedIn(dataDir);
    expect(await client.db('a').collection('b').countDocuments()).toBe(200);
    await stop();
  });

  it('fails on a directory that another process uses, and disturbs it in nothing', async () => {
    const dataDir = aFreshDirectory();
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', `import('${fileURLToPath(new URL('../../../server/db/embedded/start.ts', import.meta.url))}').then(({ startEmbedded }) => startEmbedded({ dataDir: ${JSON.stringify(dataDir)} })).then(() => console.log('ready'))`], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
    await once(child.stdout, 'data');
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining('DATA_DIR'),
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { stop } = await servedIn(dataDir);
    await stop();
  });

  it('fails on a file of another program, and leaves it as it is', async () => {
    const dataDir = aFreshDirectory();
    const foreign = openSqlite(fileIn(dataDir));
    foreign.exec('create table notes(t text)');
    foreign.close();
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({ code: 'foreign_file' });
    const garbage = Buffer.alloc(20_000, 'not a database ');
    writeFileSync(fileIn(dataDir), garbage);
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({ code: 'corrupt' });
    expect(readFileSync(fileIn(dataDir)).equals(garbage)).toBe(true);
  });

  it('fails on a newer format, naming both', async () => {
    const dataDir = await aUsedDirectory();
    // The version stands in the header, at offset 60 (SQLite's file format).
    patch(fileIn(dataDir), 60, Buffer.from([0, 0, 0, 99]));
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({
      code: 'newer_format',
      message: expect.stringMatching(/99.*1/),
    });
  });

  it('fails on a damaged file, and leaves it as it is', async () => {
    const dataDir = await aUsedDirectory();
    patch(fileIn(dataDir), 8192 * 2, Buffer.alloc(8192 * 3, 0xee));
    const before = readFileSync(fileIn(dataDir));
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('backup'),
    });
    expect(readFileSync(fileIn(dataDir)).equals(before)).toBe(true);
  });

  it('fails when the file is gone but its log is there, which may hold acknowledged writes', async () => {
    const dataDir = aFreshDirectory();
    writeFileSync(`${fileIn(dataDir)}-wal`, 'acknowledged');
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({ code: 'corrupt' });
    writeFileSync(fileIn(dataDir), '');
    truncateSync(fileIn(dataDir), 0);
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({ code: 'corrupt' });
    expect(readFileSync(`${fileIn(dataDir)}-wal`, 'utf8')).toBe('acknowledged');
  });

  it('fails where it may not write', async () => {
    const dataDir = aFreshDirectory();
    mkdirSync(fileIn(dataDir));
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({ code: 'no_permission' });
  });
});

function patch(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

describe('a commit that fails', () => {
  it('fails its commands, leaves nothing of them, and the engine goes on when there is space again', async () => {
    const { engine, run, stop } = anEngineInProcess();
    await run({ insert: 'kept', documents: [{ _id: 1 }] });
    // SQLite answers "full" beyond this number of pages, as it does when the disk is.
    const { page_count: pages } = engine.file.prepare('PRAGMA page_count').get([]) as { page_count: number };
    engine.file.exec(`PRAGMA max_page_count=${pages + 2}`);
    const large = { text: 'x'.repeat(200_000) };
    const answers = await Promise.all([
      run({ insert: 'kept', documents: [{ _id: 2 }] }),
      run({ insert: 'made', documents: [large, large] }),
      run({ createIndexes: 'kept', indexes: [{ key: { a: 1 }, name: 'a_1' }] }),
    ]);
    expect(answers.filter(({ ok }) => ok === 0).map(({ code }) => code)).toContain(14031);
    engine.file.exec('PRAGMA max_page_count=1000000');
    const { cursor } = await run({ listCollections: 1, filter: { name: 'made' } });
    expect(cursor.firstBatch).toEqual([]);
    const again = await run({ insert: 'made', documents: [large] });
    expect(again).toEqual({ ok: 1, n: 1 });
    expect(await run({ count: 'made' })).toMatchObject({ n: 1 });
    const kept = answers[0].ok === 1 ? 2 : 1;
    expect(await run({ count: 'kept' })).toMatchObject({ n: kept });
    expect(Object.values(engine.file.prepare('PRAGMA integrity_check').get([]) ?? {})[0]).toBe('ok');
    stop();
  });
});

describe('long work', () => {
  it('of one command does not hold up the others', async () => {
    const { client, stop } = await aServedEngine();
    const scanned = client.db('slow').collection<any>('scanned');
    const text = 'x'.repeat(300);
    for (let i = 0; i < 30; i++) await scanned.insertMany(Array.from({ length: 1000 }, (_, n) => ({ n, text })));
    const other = client.db('slow').collection<any>('other');
    await other.insertOne({});
    const state = { isBusy: true };
    const work = Promise.all([
      scanned.find({ text: 'nothing' }).toArray(),
      scanned.updateMany({ n: { $lt: 500 } }, { $set: { late: true } }),
      scanned.createIndex({ n: 1, text: 1 }, {}, {}),
      scanned.find({}, { sort: { text: 1, n: -1 }, limit: 5 }).toArray(),
    ]).finally(() => {
      state.isBusy = false;
    });
    let inserted = 0;
    while (state.isBusy) {
      await other.insertOne({});
      inserted++;
    }
    await work;
    // Each of them alone takes many turns; an insert that had to wait for one to end would be the only one.
    expect(inserted).toBeGreaterThan(10);
    expect(await scanned.countDocuments({ late: true })).toBe(15_000);
    await stop();
  });

  it('sees each document once, whatever others do between its pages', async () => {
    const { run, stop } = anEngineInProcess();
    await run({ createIndexes: 'c', indexes: [{ key: { n: 1 }, name: 'n' }] });
    await run({ insert: 'c', documents: Array.from({ length: 3000 }, (_, n) => ({ _id: n, n })) });
    const moving = run({ update: 'c', updates: [{ q: { n: { $gte: 0 } }, u: { $inc: { n: 1000 } }, multi: true }] });
    const removing = run({ delete: 'c', deletes: [{ q: { _id: { $gte: 2000 } }, limit: 0 }] });
    const [moved, removed] = await Promise.all([moving, removing]);
    expect(removed.n).toBe(1000);
    expect(moved.nModified).toBeGreaterThanOrEqual(2000);
    const { cursor } = await run({ find: 'c', filter: { n: { $gte: 0 } }, sort: { n: 1 }, batchSize: 5000 });
    expect(cursor.firstBatch.map(({ n }: { n: number }) => n)).toEqual(
      Array.from({ length: 2000 }, (_, n) => n + 1000),
    );
    stop();
  });
});
