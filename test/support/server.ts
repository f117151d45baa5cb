/** The built server as a process, with the listeners of the end-to-end tests and shorthands for what they do most. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEarshot, type Earshot, type EarshotOptions } from '../../scripts/support/earshot.ts';
import { send, type Answer, type SendOptions } from './http.ts';
import { until } from './until.ts';

export const LISTENERS_DIR = new URL('../e2e/listeners', import.meta.url).pathname;

export interface TestServer extends Earshot {
  /** When it was ready, as the API writes times. */
  readonly startedAt: string;
  /** Everything it has printed. */
  readonly output: () => string;
  /** Makes a webhook for the listener and gives it as the API shows it. */
  readonly hook: (action: string, settings?: object, token?: string) => Promise<any>;
  /** Runs a listener by hand and waits for the outcome of its attempt. */
  readonly run: (listener: string, input?: object, token?: string) => Promise<any>;
  readonly getRun: (id: string, token?: string) => Promise<any>;
  /** The run once it is in one of these states. */
  readonly runWhen: (id: string, statuses: readonly string[], token?: string) => Promise<any>;
  /** The run once it has come to its end. */
  readonly runAtEnd: (id: string, token?: string) => Promise<any>;
  /** Requests any path of the server. */
  readonly send: (path: string, options?: SendOptions) => Promise<Answer>;
}

const ENDED = ['succeeded', 'dead', 'canceled'];

/** Starts a server whose data outlives it: call `remove` at the end. */
export async function startServer({ env, ...options }: EarshotOptions = {}): Promise<TestServer> {
  let output = '';
  const earshot = await startEarshot({
    readyTimeoutMs: 60_000,
    ...options,
    // Without views, unless a test is about them, and with one runner: each takes a process of its own at every start.
    env: { LISTENERS_DIR, VIEWS_DIR: join(LISTENERS_DIR, '../no-views'), RUNNERS: '1', ...env },
    onOutput: (text) => {
      output += text;
    },
  });
  const { api, tokens } = earshot;

  async function getRun(id: string, token = tokens.sandbox): Promise<any> {
    const { status, body } = await api('GET', `/app/runs/${id}`, undefined, token);
    if (status !== 200) throw new Error(`GET run ${id}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async function runWhen(id: string, statuses: readonly string[], token = tokens.sandbox): Promise<any> {
    return until(`run ${id} to be ${statuses.join(' or ')}`, async () => {
      const run = await getRun(id, token);
      return statuses.includes(run.status as string) && run;
    });
  }

  return {
    ...earshot,
    startedAt: new Date().toISOString(),
    output: () => output,
    getRun,
    runWhen,
    runAtEnd: (id, token) => runWhen(id, ENDED, token),
    send: (path, sent) => send(earshot.url + path, sent),

    hook: async (action, settings = {}, token = tokens.sandbox) => {
      const { status, body } = await api('POST', '/app/webhooks', { action, ...settings }, token);
      if (status !== 201) throw new Error(`POST webhook: ${status} ${JSON.stringify(body)}`);
      return body;
    },

    run: async (listener, input = {}, token = tokens.sandbox) => {
      const { status, body } = await api('POST', `/app/listeners/${listener}/run`, { ...input, wait: true }, token);
      if (status !== 200) throw new Error(`POST run: ${status} ${JSON.stringify(body)}`);
      return body;
    },
  };
}

/** Stops the server and removes its data. For `afterAll`, where the start may have failed. */
export async function remove(server: TestServer | undefined): Promise<void> {
  await server?.stop();
  await server?.removeData();
}

/** A folder of its own for a test that keeps or prepares data. */
export function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'earshot-test-'));
}
