import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'earshot-floors-'));
  for (const path of ['package.json', 'tsconfig.json', 'scripts/check/floors.cjs'])
    cpSync(join(root, path), join(dir, path));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** What a project of these files breaks: `file: rule`. */
function faultsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const tops = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
  const bin = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [bin, '--config', 'scripts/check/floors.cjs', '--output-type', 'json', ...tops];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: dir, maxBuffer: 2 ** 25 }, (_error, stdout, stderr) => {
      if (stdout === '') {
        reject(new Error(stderr));
        return;
      }
      const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
      resolve([...new Set(summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`))].sort());
    });
  });
}

const thing = 'export const thing = 1;\nexport type Thing = number;\n';
const use = (specifier: string) => `import { thing } from '${specifier}';\nthing;\n`;
const useType = (specifier: string) => `import type { Thing } from '${specifier}';\nexport type T = Thing;\n`;
const useLibrary = (name: string) => `import * as library from '${name}';\nlibrary;\n`;

const plain = Object.fromEntries(
  ['lib', 'schemas', 'db', 'queue', 'runs', 'webhooks', 'http'].map((folder) => [`server/${folder}/thing.ts`, thing]),
);

describe('the floors', () => {
  it('let a folder import itself, lower floors, the types of neighbours, and a library at home', async () => {
    const files = {
      ...plain,
      'server/app.ts': thing,
      'server/sdk.ts': thing,
      'server/main.ts': use('./app.ts') + useLibrary('node:fs'),
      'server/http/down.ts': use('../runs/thing.ts') + useLibrary('express'),
      'server/http/self.ts': use('./thing.ts'),
      'server/runs/neighbour.ts': useType('../webhooks/thing.ts'),
      'server/runs/store.ts': useLibrary('mongoose'),
      'listeners/door.ts': use('../server/sdk.ts'),
    };
    expect(await faultsOf(files)).toEqual([]);
  });

  it('refuse everything else, by the name of the rule', async () => {
    const files = {
      ...plain,
      'server/app.ts': thing,
      'listeners/thing.ts': thing,
      'server/db/up.ts': use('../queue/thing.ts'),
      'server/lib/up.ts': useType('../http/thing.ts'),
      'server/schemas/up.ts': use('../db/thing.ts'),
      'server/runs/neighbour.ts': use('../webhooks/thing.ts'),
      'server/http/top.ts': use('../app.ts'),
      'server/runs/author.ts': use('../../listeners/thing.ts'),
      'listeners/past.ts': use('../server/db/thing.ts'),
      'server/lib/cycle.ts': `import { b } from './elcyc.ts';\nexport const a = () => b;\n`,
      'server/lib/elcyc.ts': `import { a } from './cycle.ts';\nexport const b = () => a;\n`,
      'server/lib/absent.ts': `import './none.ts';\n`,
      'server/lib/development.ts': useLibrary('supertest'),
      'server/webhooks/express.ts': useLibrary('express'),
      'server/webhooks/mongoose.ts': useLibrary('mongoose'),
      'server/webhooks/ajv.ts': useLibrary('ajv'),
      'server/webhooks/undici.ts': useLibrary('undici'),
      'server/webhooks/pino.ts': useLibrary('pino'),
      'server/webhooks/libsql.ts': useLibrary('libsql'),
    };
    expect(await faultsOf(files)).toEqual([
      'listeners/past.ts: sdk-is-the-door',
      'server/db/up.ts: floor-2-looks-up',
      'server/http/top.ts: only-the-top-knows-the-top',
      'server/lib/absent.ts: resolvable',
      'server/lib/cycle.ts: no-cycle',
      'server/lib/development.ts: no-development-dependency',
      'server/lib/up.ts: floor-0-looks-up',
      'server/runs/author.ts: server-imports-no-author',
      'server/runs/neighbour.ts: runs-uses-a-neighbour',
      'server/schemas/up.ts: floor-1-looks-up',
      'server/webhooks/ajv.ts: ajv-has-one-home',
      'server/webhooks/express.ts: express-has-one-home',
      'server/webhooks/libsql.ts: libsql-has-one-home',
      'server/webhooks/mongoose.ts: mongoose-has-one-home',
      'server/webhooks/pino.ts: pino-has-one-home',
      'server/webhooks/undici.ts: undici-has-one-home',
    ]);
  });
});
