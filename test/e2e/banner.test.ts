/** What a newcomer does first: start, read what is printed, paste the two lines. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { remove, startServer, type TestServer } from '../support/server.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const sh = (script: string) => promisify(execFile)('sh', ['-c', script], { cwd: ROOT });

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { LISTENERS_DIR: '' } });
});
afterAll(() => remove(server));

it('names the URL and the credentials, which only their owner can read', async () => {
  expect(server.output()).toContain(`http://localhost:${server.port}`);
  expect(server.output()).toContain('credentials.json');
  expect(server.output()).not.toContain(server.tokens.production);
  expect((await stat(join(server.dataDir, 'credentials.json'))).mode & 0o777).toBe(0o600);
});

it('prints two lines that make a webhook and trigger it when they are pasted', async () => {
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.includes('curl'));
  expect(lines).toHaveLength(2);
  const { stdout } = await sh(lines.join('\n'));
  const [url, answer] = stdout.trim().split('\n');
  expect(url).toMatch(new RegExp(`^http://localhost:${server.port}/apps/${server.appUuid}/webhooks/[0-9a-f-]{36}$`));
  const { run, status } = JSON.parse(answer ?? '') as { run: string; status: string };
  expect(status).toBe('queued');
  const { production } = server.tokens;
  expect(await server.runAtEnd(run, production)).toMatchObject({
    status: 'succeeded',
    action: 'exampleListener',
    environment_id: 1,
    result: { userId: 1, triggerData: 'someData' },
  });
});
