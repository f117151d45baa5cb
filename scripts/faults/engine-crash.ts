/**
 * kill -9 in the middle of concurrent writes, again and again. After each round a fresh engine must hold every write that
 * was acknowledged, no half of a transaction, indexes that agree with the documents, and a sound file.
 * Run: node --import tsx scripts/faults/engine-crash.ts [rounds, 50 unless told]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine, type RunningEngine } from '../../server/db/embedded/engine.ts';
import { bytesOf } from '../../server/db/embedded/sqlite.ts';
import { keysOfDocument } from '../../server/db/embedded/store/index-keys.ts';
import { decode } from '../../server/db/embedded/values/codec.ts';

const SELF = fileURLToPath(import.meta.url);
const CHILD = fileURLToPath(new URL('engine-crash-child.ts', import.meta.url));

export interface CrashReport {
  readonly rounds: number;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  /** What is wrong; empty when all is well. */
  readonly faults: readonly string[];
}

interface Acknowledged {
  readonly inserts: Set<number>;
  readonly updates: Set<number>;
  readonly deletes: Set<number>;
  /** Asked for, perhaps not answered: the document may be there or not. */
  readonly maybeDeleted: Set<number>;
}

export async function crashAndCheck(rounds: number, onRound?: (text: string) => void): Promise<CrashReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'earshot-crash-'));
  const known: Acknowledged = { inserts: new Set(), updates: new Set(), deletes: new Set(), maybeDeleted: new Set() };
  const faults: string[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      await writeUntilKilled(dataDir, round, known);
      const found = await checkAll(dataDir, known);
      faults.push(...found.map((fault) => `round ${round}: ${fault}`));
      onRound?.(`round ${round + 1}: ${known.inserts.size} inserts acknowledged, ${faults.length} faults`);
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  return { rounds, inserts: known.inserts.size, updates: known.updates.size, deletes: known.deletes.size, faults };
}

/** Kills at a random moment after the first acknowledgements. */
function writeUntilKilled(dataDir: string, round: number, known: Acknowledged): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, dataDir, String(round)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const startedWith = known.inserts.size;
    let rest = '';
    let complaint = '';
    let isKilled = false;
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) note(line, known);
      if (isKilled || known.inserts.size < startedWith + 20) return;
      isKilled = true;
      setTimeout(() => child.kill('SIGKILL'), Math.random() * 700);
    });
    child.on('exit', (_code, signal) => {
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`the writing process ended by itself: ${complaint}`));
    });
  });
}

function note(line: string, { inserts, updates, deletes, maybeDeleted }: Acknowledged): void {
  const id = Number(line.slice(1));
  const target = { I: inserts, U: updates, D: deletes, d: maybeDeleted }[line[0] ?? ''];
  target?.add(id);
}

/** In a process of its own: libsql lets go of the file, and of its lock, only when the thread that used it ends. */
function checkAll(dataDir: string, known: Acknowledged): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', SELF, '--check', dataDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let answer = '';
    child.stdout.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    child.on('exit', (code) => {
      if (code === 0) resolve(JSON.parse(answer) as string[]);
      else reject(new Error(`the file could not be checked: exit code ${String(code)}`));
    });
    child.stdin.end(JSON.stringify(Object.entries(known).map(([name, ids]) => [name, [...(ids as Set<number>)]])));
  });
}

async function checkFromStdin(dataDir: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const lists = JSON.parse(Buffer.concat(chunks).toString()) as [string, number[]][];
  const known = Object.fromEntries(lists.map(([name, ids]) => [name, new Set(ids)])) as unknown as Acknowledged;
  const engine = openEngine({
    dataDir,
    topology: 'replicaSet',
    ttlSweepMs: 3_600_000,
    transactionIdleMs: 60_000,
    onSweepError: () => undefined,
  });
  process.stdout.write(JSON.stringify(check(engine, known)));
  engine.stop();
}

function check({ file, catalog }: RunningEngine, known: Acknowledged): readonly string[] {
  const faults: string[] = [];
  const verdict = String(Object.values(file.prepare('PRAGMA integrity_check').get([]) ?? {})[0]);
  if (verdict !== 'ok') faults.push(`integrity_check says ${verdict}`);
  const collection = catalog.find('crash', 'writes');
  if (collection === undefined) return ['the collection is gone'];
  const present = new Map<number, string>();
  const expected = new Map(collection.indexes.map((index) => [index, new Set<string>()]));
  for (const row of file.prepare(`select rid, d from ${collection.table}`).all([])) {
    const doc = decode(bytesOf(row.d));
    present.set(doc._id as number, (doc.tags as string[])[0] ?? '');
    for (const [index, entries] of expected)
      for (const key of keysOfDocument(index, doc).keys) entries.add(`${key.toString('latin1')}|${String(row.rid)}`);
  }
  for (const id of known.inserts)
    if (!present.has(id) && !known.deletes.has(id) && !known.maybeDeleted.has(id)) faults.push(`insert ${id} is lost`);
  for (const id of known.updates)
    if (present.has(id) && present.get(id) !== 'updated') faults.push(`update ${id} is lost`);
  for (const id of known.deletes) if (present.has(id)) faults.push(`removed ${id} is back`);
  for (const id of present.keys())
    if (id < 0 && !present.has(id % 2 === 0 ? id - 1 : id + 1)) faults.push(`half a transaction: ${id}`);
  for (const [index, entries] of expected) {
    const stored = file.prepare(`select k, rid from ${index.table}`).all([]);
    const isSame =
      stored.length === entries.size &&
      stored.every(({ k, rid }) => entries.has(`${bytesOf(k).toString('latin1')}|${String(rid)}`));
    if (!isSame) faults.push(`index ${index.name} does not agree with the documents`);
  }
  return faults;
}

if (process.argv[1] === SELF) {
  const [first = '50', dataDir = ''] = process.argv.slice(2);
  if (first === '--check') await checkFromStdin(dataDir);
  else {
    const report = await crashAndCheck(Number(first), (text) => console.log(text));
    console.log(report);
    process.exitCode = report.faults.length === 0 ? 0 : 1;
  }
}
