/**
 * Earshot as a process of its own, for measurements, fault scripts and end-to-end tests: the built server on a free
 * port and a folder of its own, with the credentials it made.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;
const MAIN = join(ROOT, 'dist/server/main.js');

export interface EarshotOptions {
  /** Kept between starts when given; a new folder otherwise, removed at the end. */
  readonly dataDir?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with everything it prints. */
  readonly onOutput?: (text: string) => void;
  readonly readyTimeoutMs?: number;
}

export interface Earshot {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly appUuid: string;
  readonly tokens: { readonly production: string; readonly sandbox: string };
  readonly pid: number;
  /** Calls the management API with the sandbox token, or another one. */
  readonly api: (method: string, path: string, body?: unknown, token?: string) => Promise<ApiAnswer>;
  /** SIGKILL: what a crash looks like. */
  readonly kill: () => Promise<void>;
  /** SIGTERM, and its exit code. */
  readonly stop: () => Promise<number | null>;
  readonly removeData: () => Promise<void>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: any;
  readonly headers: Headers;
}

export async function startEarshot(options: EarshotOptions = {}): Promise<Earshot> {
  if (!existsSync(MAIN)) throw new Error('dist/server/main.js is missing: run `npm run build` first.');
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'earshot-')));
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${String(port)}`;
  const child = spawn(process.execPath, ['--max-semi-space-size=24', MAIN], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'warn', ...options.env, PORT: String(port), DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-20_000);
    options.onOutput?.(chunk.toString());
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));

  await waitUntilReady(url, child, () => output, options.readyTimeoutMs ?? 30_000);
  const credentials = JSON.parse(await readFile(join(dataDir, 'credentials.json'), 'utf8')) as {
    app_uuid: string;
    environments: Record<'production' | 'sandbox', { token: string }>;
  };
  const tokens = {
    production: credentials.environments.production.token,
    sandbox: credentials.environments.sandbox.token,
  };

  return {
    url,
    port,
    dataDir,
    appUuid: credentials.app_uuid,
    tokens,
    pid: child.pid ?? 0,
    api: (method, path, body, token = tokens.sandbox) => call(url + path, method, body, token),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      return exited;
    },
    removeData: () => rm(dataDir, { recursive: true, force: true }),
  };
}

async function call(url: string, method: string, body: unknown, token: string): Promise<ApiAnswer> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (response.headers.get('content-type') ?? '').includes('json') ? JSON.parse(text) : text,
  };
}

async function waitUntilReady(
  url: string,
  child: ChildProcess,
  output: () => string,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`Earshot ended with code ${String(child.exitCode)}:\n${output()}`);
    try {
      if ((await fetch(`${url}/health/ready`)).ok) return;
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`Earshot was not ready after ${String(timeoutMs)} ms:\n${output()}`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
