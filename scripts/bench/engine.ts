/**
 * The embedded engine alone: documents per second through the official driver over the engine's own socket, every one
 * acknowledged after its commit; what an indexed find costs in a small and in a large collection; how long an insert waits
 * while somebody scans. Run: node --import tsx scripts/bench/engine.ts [--large 1000000] [--seconds 4]
 * BENCH_DIR chooses the disk (a new directory in the system's temporary one otherwise).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MongoClient, type Collection } from 'mongodb';
import { startEmbedded } from '../../server/db/embedded/start.ts';

interface BenchDoc {
  readonly _id: string;
  [key: string]: unknown;
}

const { values: flags } = parseArgs({
  options: { large: { type: 'string', default: '1000000' }, seconds: { type: 'string', default: '4' } },
});
const durationMs = Number(flags.seconds) * 1000;
const large = Number(flags.large);

let made = 0;
/** About 1.2 KB, a string `_id` that grows, and three indexes: sparse, unique and sparse, compound. */
function aDocument(): BenchDoc {
  const n = ++made;
  return {
    _id: `run_${String(n).padStart(26, '0')}`,
    status: 'queued',
    dueAt: new Date(1_700_000_000_000 + n),
    dedupeKey: `key-${Math.random().toString(36).slice(2)}`,
    leaseUntil: n % 4 === 0 ? new Date(1_700_000_000_000 + n) : undefined,
    listener: 'github.push',
    webhook: '6f1c0d6e-1111-4222-8333-444455556666',
    attempt: 0,
    environment: 1,
    createdAt: new Date(),
    event: { text: 'x'.repeat(860), nested: { a: 1, b: [1, 2, 3] } },
  };
}

async function measure(name: string, width: number, perCall: number, call: () => Promise<unknown>): Promise<number> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const until = startedAt + durationMs;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (performance.now() < until) {
        const at = performance.now();
        await call();
        latencies.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = (latencies.length * perCall) / seconds;
  report(name, `${Math.round(rate).toLocaleString('en')} docs/s`, latencies);
  return rate;
}

function report(name: string, value: string, latencies: number[]): void {
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2);
  console.log(
    `${name.padEnd(46)} ${value.padStart(18)}   p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  max ${at(1)} ms  (${sorted.length} calls)`,
  );
}

async function withIndexes(collection: Collection<BenchDoc>): Promise<Collection<BenchDoc>> {
  await collection.createIndex({ leaseUntil: 1 }, { sparse: true }, {});
  await collection.createIndex({ dedupeKey: 1 }, { unique: true, sparse: true }, {});
  await collection.createIndex({ status: 1, dueAt: 1 }, {}, {});
  return collection;
}

async function fill(collection: Collection<BenchDoc>, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1000)
    await collection.insertMany(Array.from({ length: Math.min(1000, count - at) }, aDocument));
}

async function benchWrites(client: MongoClient): Promise<void> {
  const db = client.db('bench');
  const target = await withIndexes(db.collection<BenchDoc>('writes'));
  await measure('insertOne, one at a time', 1, 1, () => target.insertOne(aDocument()));
  await measure('insertOne, 50 in parallel', 50, 1, () => target.insertOne(aDocument()));
  for (const [size, width] of [
    [50, 1],
    [50, 2],
    [100, 1],
    [100, 4],
  ] as const)
    // prettier-ignore
    await measure(`insertMany of ${size}, ${width} in parallel`, width, size, () =>
      target.insertMany(Array.from({ length: size }, aDocument), { ordered: false }),
    );
  const ids = (
    await target
      .find({}, { projection: { _id: 1 } })
      .limit(20_000)
      .toArray()
  ).map(({ _id }) => _id);
  let at = 0;
  for (const width of [1, 2])
    await measure(`bulkWrite of 50 updates by _id, ${width} in parallel`, width, 50, () =>
      target.bulkWrite(
        Array.from({ length: 50 }, () => ({
          updateOne: {
            filter: { _id: ids[++at % ids.length]! },
            update: { $set: { status: 'running', attempt: at, leaseUntil: new Date() }, $unset: { dedupeKey: 1 } },
          },
        })),
        { ordered: false },
      ),
    );
  await db.dropDatabase();
}

async function benchReads(client: MongoClient): Promise<void> {
  const db = client.db('bench');
  for (const count of [10_000, large]) {
    const collection = await withIndexes(db.collection<BenchDoc>(`reads${count}`));
    const first = made + 1;
    const startedAt = performance.now();
    await fill(collection, count);
    const rate = (count / (performance.now() - startedAt)) * 1000;
    console.log(`filled ${count.toLocaleString('en')} documents: ${Math.round(rate).toLocaleString('en')} docs/s`);
    const due = (): Date => new Date(1_700_000_000_000 + first + Math.floor(Math.random() * count));
    const latencies: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const at = performance.now();
      await collection.find({ status: 'queued', dueAt: due() }).toArray();
      latencies.push(performance.now() - at);
    }
    report(`indexed find among ${count.toLocaleString('en')}`, '', latencies);
    const claims: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const at = performance.now();
      await collection
        .find({ status: 'queued', dueAt: { $gte: due() } })
        .sort({ dueAt: 1 })
        .limit(20)
        .toArray();
      claims.push(performance.now() - at);
    }
    report(`20 next by index among ${count.toLocaleString('en')}`, '', claims);
  }
}

async function benchDelay(client: MongoClient): Promise<void> {
  const db = client.db('bench');
  const scanned = db.collection<BenchDoc>('scanned');
  await fill(scanned, 300_000);
  const other = await withIndexes(db.collection<BenchDoc>('beside'));
  const startedAt = performance.now();
  const state = { isScanning: true };
  const scan = scanned
    .find({ 'event.text': 'nothing' })
    .toArray()
    .finally(() => {
      state.isScanning = false;
    });
  const latencies: number[] = [];
  while (state.isScanning) {
    const at = performance.now();
    await other.insertOne(aDocument());
    latencies.push(performance.now() - at);
  }
  await scan;
  report('insertOne during a scan of 300,000', `${Math.round(performance.now() - startedAt)} ms scan`, latencies);
}

const dataDir = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'earshot-bench-'));
const engine = await startEmbedded({ dataDir, log: { error: (detail: unknown) => console.error(detail) } });
const client = await MongoClient.connect(engine.url, { maxPoolSize: 100, ignoreUndefined: true });
try {
  await benchWrites(client);
  if (large > 0) await benchReads(client);
  await benchDelay(client);
} finally {
  await client.close();
  await engine.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
