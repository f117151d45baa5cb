/** The whole server inside the test's own process, on a clock that the test moves. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApp } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';
import { createLogger } from '../../server/lib/log.ts';
import { freePort } from '../../scripts/support/earshot.ts';
import { LISTENERS_DIR } from './server.ts';

export interface ClockedApp {
  /** Calls the management API of the production environment. */
  readonly api: (
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<{ readonly status: number; readonly body: any }>;
  /** Stops it and, as long as the folder is kept, lets another one start on its data. */
  readonly stop: () => Promise<void>;
}

export interface TestClock {
  readonly now: () => number;
  readonly set: (at: string) => void;
}

/** A clock that goes on from where it was set, as one does that a person or a time server puts right. */
export function testClock(at: string): TestClock {
  let aheadMs = Date.parse(at) - Date.now();
  return {
    now: () => Date.now() + aheadMs,
    set: (next) => {
      aheadMs = Date.parse(next) - Date.now();
    },
  };
}

export async function startClocked(options: {
  readonly clock: TestClock;
  readonly dataDir: string;
  readonly listenersDir?: string;
}): Promise<ClockedApp> {
  const { clock, dataDir, listenersDir = LISTENERS_DIR } = options;
  const config = readConfig({
    PORT: String(await freePort()),
    DATA_DIR: dataDir,
    LISTENERS_DIR: listenersDir,
    VIEWS_DIR: join(LISTENERS_DIR, '../no-views'),
    LOG_LEVEL: 'error',
  });
  const log = createLogger({ level: 'error', format: 'json' });
  const running = await startApp({ config, log, version: '0.0.0-test', isDevelopment: false, clock });
  const credentials = JSON.parse(await readFile(running.credentialsPath, 'utf8')) as {
    environments: { production: { token: string } };
  };
  const { token } = credentials.environments.production;
  return {
    stop: async () => {
      await running.stop();
    },
    api: async (method, path, body) => {
      const response = await fetch(running.url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
  };
}
