/**
 * Runs MongoDB's unified specification tests for CRUD, transactions and retryable writes through the official driver.
 *   SPECIFICATIONS_DIR=<checkout> node --import tsx scripts/conformance/crud-spec.ts [part of a file name …]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startEngine } from './engine.ts';
import { readExpected, report, type Result } from './results.ts';
import { runUnifiedFile, type Server } from './unified/run.ts';

const SUITES = ['crud', 'transactions', 'transactions-convenient-api', 'retryable-writes'];

const dir = process.env.SPECIFICATIONS_DIR;
if (dir === undefined) {
  console.error(
    "SPECIFICATIONS_DIR must name a checkout of MongoDB's specifications; see scripts/conformance/README.md.",
  );
  process.exit(2);
}

async function main(checkout: string, wanted: readonly string[]): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'conformance-'));
  const engine = await startEngine(join(scratch, 'data'), 'replicaSet');
  try {
    const server = await describe(engine.urlOf());
    const results: Result[] = [];
    for (const suite of SUITES) {
      const folder = join(checkout, 'source', suite, 'tests', 'unified');
      const found: Result[] = [];
      for (const file of readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()) {
        const name = `${suite}/${file}`;
        if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
        found.push(...(await runUnifiedFile(readFileSync(join(folder, file), 'utf8'), name, server)));
      }
      const of = (outcome: string): number => found.filter((result) => result.outcome === outcome).length;
      console.log(`${suite.padEnd(30)} passed ${of('passed')}, failed ${of('failed')}, skipped ${of('skipped')}`);
      results.push(...found);
    }
    return report(results, readExpected(new URL('crud-spec.expected.json', import.meta.url)), wanted.length === 0);
  } finally {
    await engine.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function describe(url: string): Promise<Server> {
  const client = await MongoClient.connect(url);
  try {
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    const { setName } = await client.db('admin').command({ hello: 1 });
    return { url, version: String(version), topology: setName === undefined ? 'single' : 'replicaset' };
  } finally {
    await client.close();
  }
}

process.exitCode = await main(dir, process.argv.slice(2));
