/**
 * What live views cost the server, without sockets: one page with many watchers and many changes; and how long a sorted,
 * limited query over a large collection takes to be asked again. `node --import tsx scripts/bench/liveEngine.ts [watchers] [changes]
 * [documents]`; the large collection lives on the embedded engine.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { connectDatabase } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';
import { silentLogger } from '../../server/lib/log.ts';
import { component, nodes, type ComponentSpec } from '../../server/schemas/components/base.ts';
import type { Manifest } from '../../server/schemas/view.ts';
import { createLivePages } from '../../server/views/livePages.ts';
import type { CollectionChanges, Doc, FindDocs } from '../../server/views/ports.ts';
import type { ViewCode } from '../../server/views/render.ts';

const [watchers = 1_000, changes = 200, documents = 1_000_000] = process.argv.slice(2).map(Number);
const ROWS = 100;

const specs: readonly ComponentSpec[] = [
  component('column', '', { children: nodes() }, { examples: [] }),
  component('text', '', { value: Type.String() }, { examples: [] }),
];
const manifest: Manifest = {
  pages: [
    {
      path: '/',
      roles: ['guest'],
      view: { _type: 'view', name: 'list', find: { coll: 'orders', options: { sort: { n: -1 }, limit: ROWS } } },
    },
  ],
};
const code: ViewCode = {
  render: ({ data }) =>
    Promise.resolve({
      status: 'rendered',
      used: [],
      value: {
        _type: 'column',
        children: (data as { _id: string; n: number }[]).map(({ _id, n }) => ({
          _type: 'text',
          key: _id,
          value: `Order ${_id} of ${n}`,
        })),
      },
    }),
  has: () => true,
  nearest: () => [],
  manifest: () => manifest,
  problems: () => [],
  onChange: () => () => undefined,
};

function createPages(find: FindDocs) {
  const callbacks = new Set<(changed: CollectionChanges) => void>();
  const pages = createLivePages({
    code,
    find,
    changes: { subscribe: (callback) => (callbacks.add(callback), () => callbacks.delete(callback)) },
    clock: { now: () => Date.now() },
    secret: randomBytes(32),
    log: silentLogger,
    isDevelopment: false,
    components: new Map(specs.map((spec) => [spec.type, spec])),
  });
  pages.start();
  const tell = (before: Doc | undefined, after: Doc): void => {
    for (const callback of callbacks)
      callback({ environmentId: 1, collection: 'orders', changes: [{ before, after }] });
  };
  const open = (i: number) =>
    pages.open(
      {
        kind: 'page',
        path: '/',
        query: {},
        who: { environmentId: 1, userId: `u${i}`, roles: ['guest', 'user'], mayRun: true },
        state: {},
      },
      { onGone: () => undefined },
    );
  return { pages, tell, open };
}

async function manyWatchers(): Promise<void> {
  const docs = Array.from({ length: ROWS }, (_, i): Doc => ({ _id: `o${i}`, n: ROWS - i }));
  const { pages, tell, open } = createPages(() => Promise.resolve(structuredClone(docs)));
  let frames = 0;
  let arrived: () => void = () => undefined;
  pages.publishTo(() => {
    frames++;
    arrived();
    return [];
  });
  await Promise.all(Array.from({ length: watchers }, (_, i) => open(i)));
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const delaysMs: number[] = [];
  for (let i = 0; i < changes; i++) {
    const at = i % ROWS;
    const before = docs[at]!;
    docs[at] = { ...before, n: Number(before.n) + 1_000 + i };
    const toldMs = performance.now();
    const isThere = new Promise<void>((resolve) => (arrived = resolve));
    tell(before, docs[at]);
    await isThere;
    delaysMs.push(performance.now() - toldMs);
  }
  const cpu = process.cpuUsage(cpuBefore);
  pages.stop();
  report('one page, many watchers', {
    watchers,
    changes,
    frames,
    'CPU ms per change': (cpu.user + cpu.system) / 1_000 / changes,
    'delay ms (median, with the pace of 100 ms)': median(delaysMs),
    'seconds in all': (performance.now() - startedMs) / 1_000,
  });
}

async function largeCollection(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'earshot-bench-'));
  const engine = await startEmbedded({ dataDir });
  const database = await connectDatabase({ url: engine.url });
  const collection = database.environment(1).db!.collection<Doc & { _id: string }>('orders');
  const indexes = [{ key: { n: -1 }, name: 'n' }];
  await database.environment(1).db!.command({ createIndexes: 'orders', indexes });
  for (let at = 0; at < documents; at += 5_000) {
    const size = Math.min(5_000, documents - at);
    await collection.insertMany(
      Array.from({ length: size }, (_, i) => ({ _id: `o${at + i}`, n: at + i, status: 'open', text: 'x'.repeat(100) })),
      { ordered: false },
    );
  }
  const readMs: number[] = [];
  const { pages, tell, open } = createPages(async (_environmentId, { query, sort, limit }) => {
    const startedMs = performance.now();
    const found = await collection.find(query, { sort: new Map(sort), limit }).toArray();
    readMs.push(performance.now() - startedMs);
    return found;
  });
  let arrived: () => void = () => undefined;
  pages.publishTo(() => {
    arrived();
    return [];
  });
  await open(1);
  const refreshMs: number[] = [];
  for (let i = 0; i < 30; i++) {
    // Quiet for a while, so that what is measured is the refresh and not its pace.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const doc = { _id: `new${i}`, n: documents + i, status: 'open', text: '' };
    await collection.insertOne(doc);
    const toldMs = performance.now();
    const isThere = new Promise<void>((resolve) => (arrived = resolve));
    tell(undefined, doc);
    await isThere;
    refreshMs.push(performance.now() - toldMs);
  }
  pages.stop();
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
  report('sorted and limited, over a large collection', {
    documents,
    'read ms (median)': median(readMs),
    'change to frame ms (median)': median(refreshMs),
    'change to frame ms (worst)': Math.max(...refreshMs),
  });
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

function report(title: string, figures: Readonly<Record<string, number>>): void {
  const lines = Object.entries(figures).map(([name, value]) => `  ${name}: ${Math.round(value * 100) / 100}`);
  process.stdout.write(`${[title, ...lines].join('\n')}\n`);
}

// Live views keep no process alive, which is the server's own affair.
const alive = setInterval(() => undefined, 1_000);
await manyWatchers();
await largeCollection();
clearInterval(alive);
