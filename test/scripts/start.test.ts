import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 120_000;

let dataDir: string;
let npm: ChildProcess | undefined;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'earshot-start-'))));
afterEach(() => {
  npm?.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('npm start', () => {
  it('prints two lines that work when pasted, and ends with 0 at SIGTERM', { timeout: START_MS + 60_000 }, async () => {
    const port = await freePort();
    npm = spawn('npm', ['start'], {
      cwd: root,
      env: { ...process.env, PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    npm.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    npm.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => npm?.once('close', resolve));
    await expect.poll(() => output, { timeout: START_MS, interval: 50 }).toMatch(/^curl "\$HOOK".*\n/m);

    const lines = output.split('\n').filter((line) => /^(HOOK=|curl )/.test(line));
    expect(lines).toHaveLength(2);
    const pasted = await promisify(execFile)('sh', ['-euc', lines.join('\n')], { cwd: root });
    expect(pasted.stdout).toMatch(/^http:\/\/\S+\/apps\/\S+\/webhooks\/\S+\n\{"run":"run_\w+","status":"queued"\}/);
    expect(statSync(join(dataDir, 'credentials.json')).mode & 0o777).toBe(0o600);

    npm.kill('SIGTERM');
    expect(await ended).toBe(0);
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
  });
});
