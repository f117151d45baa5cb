/** Starting, stopping, dying and starting again on the same data. */
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { crashRounds } from '../../scripts/faults/trigger-crash.ts';
import { asJson, send } from '../support/http.ts';
import { newFolder, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const SLOW_MS = 120_000;
const folders: string[] = [];
const alive: TestServer[] = [];

async function start(dataDir: string, env: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServer({ dataDir, env });
  alive.push(server);
  return server;
}

async function folder(): Promise<string> {
  const made = await newFolder();
  folders.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(alive.splice(0).map((server) => server.kill()));
  await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true, force: true })));
});

const byHand = async (server: TestServer, listener: string, props: object): Promise<string> =>
  (await server.api('POST', `/app/listeners/${listener}/run`, { props })).body.run as string;

describe('SIGTERM', () => {
  it(
    'lets running listeners finish, gives back those that take too long, and ends with code 0',
    async () => {
      const dataDir = await folder();
      const server = await start(dataDir);
      const hook = await server.hook('echo');
      const short = await byHand(server, 'takesItsTime', { ms: 1_000 });
      const long = await byHand(server, 'passesGate', { gate: 'later' });
      const asked = await server.hook('takesItsTime', { props: { ms: 1_500 }, respond: 'result' });
      const answer = send(asked.url as string);
      for (const id of [short, long]) await server.runWhen(id, ['running']);
      await until('the one who waits for a result to be heard', async () => {
        const { body } = await server.api('GET', `/app/runs?webhook=${asked.uuid}`);
        return body.data.length === 1;
      });
      expect(await server.stop()).toBe(0);
      expect(await answer).toMatchObject({ status: 200, body: 'done' });
      await expect(send(hook.url as string, asJson({}))).rejects.toThrow(/ECONNREFUSED/);

      const again = await start(dataDir);
      const done = await again.getRun(short);
      expect(done).toMatchObject({ status: 'succeeded', attempt: 1, result: 'done' });
      expect(done.finished_at < again.startedAt).toBe(true);
      await again.runWhen(long, ['running']);
      await again.run('opensGate', { props: { gate: 'later' } });
      const { status, attempt, attempts } = await again.runAtEnd(long);
      expect({ status, attempt }).toEqual({ status: 'succeeded', attempt: 1 });
      expect(attempts).toMatchObject([{ attempt: 1, status: 'succeeded' }]);
    },
    SLOW_MS,
  );
});

describe('kill -9', () => {
  it(
    'loses no run: the attempt is marked lost and made again; a repetition is still one',
    async () => {
      const dataDir = await folder();
      const server = await start(dataDir);
      const hook = await server.hook('passesGate', { props: { gate: 'open' } });
      const sent = asJson({ n: 1 }, { 'idempotency-key': 'once' });
      const first = await send(hook.url as string, sent);
      const id = first.body.run as string;
      await server.runWhen(id, ['running']);
      await server.kill();

      const again = await start(dataDir);
      const url = `${again.url}${new URL(hook.url as string).pathname}`;
      expect((await send(url, sent)).body).toEqual({ run: id, status: 'queued', duplicate: true });
      await again.run('opensGate', { props: { gate: 'open' } });
      const { status, attempt, attempts, event } = await again.runAtEnd(id);
      expect({ status, attempt, event }).toEqual({ status: 'succeeded', attempt: 2, event: { n: 1 } });
      expect(attempts).toMatchObject([
        { attempt: 1, status: 'lost', error: { code: 'lost' } },
        { attempt: 2, status: 'succeeded' },
      ]);
      expect((await again.api('GET', '/app/webhooks')).body.data.map(({ uuid }: any) => uuid)).toEqual([hook.uuid]);
    },
    SLOW_MS,
  );

  it(
    'at any moment: whatever was answered with 202 succeeds',
    async () => {
      const { acknowledged, failed } = await crashRounds(5, () => undefined);
      expect(acknowledged).toBeGreaterThan(0);
      expect(failed).toEqual([]);
    },
    SLOW_MS,
  );
});

describe('a start', () => {
  it(
    'fails with a clear word while another process has the data',
    async () => {
      const dataDir = await folder();
      const server = await start(dataDir);
      await expect(start(dataDir)).rejects.toThrow(/ended with code 1[^]*(in use|another process|already)/i);
      expect((await server.run('echo')).status).toBe('succeeded');
    },
    SLOW_MS,
  );

  it(
    'fails with a clear word when SECRET_KEY is not the one of then',
    async () => {
      const dataDir = await folder();
      const [one, other] = ['1'.repeat(40), '2'.repeat(40)];
      const server = await start(dataDir, { SECRET_KEY: one });
      const hook = await server.hook('echo', { verify: { type: 'basic', username: 'u', password: 'p'.repeat(20) } });
      expect(await server.stop()).toBe(0);
      const refusal = await start(dataDir, { SECRET_KEY: other }).catch((error: unknown) => String(error));
      expect(refusal).toMatch(/ended with code 1/);
      expect(refusal).toContain('SECRET_KEY is not the key this database was set up with');
      expect(refusal).not.toContain(other);

      const again = await start(dataDir, { SECRET_KEY: one });
      const url = `${again.url}${new URL(hook.url as string).pathname}`;
      const authorization = `Basic ${btoa(`u:${'p'.repeat(20)}`)}`;
      expect((await send(url, { headers: { authorization } })).status).toBe(202);
    },
    SLOW_MS,
  );

  it(
    'fails with a clear word on a file that is no database, and leaves it as it is',
    async () => {
      const dataDir = await folder();
      const server = await start(dataDir);
      expect(await server.stop()).toBe(0);
      const path = join(
        dataDir,
        (await readdir(dataDir)).find((name) => /\.(db|sqlite3?)$/.test(name))!,
      );
      const file = await open(path, 'r+');
      await file.write(Buffer.alloc(200, 'no database '), 0, 200, 0);
      await file.close();
      const before = await readFile(path);
      const refusal = await start(dataDir).catch((error: unknown) => String(error));
      expect(refusal).toMatch(/ended with code 1/);
      expect(refusal).toContain(path);
      expect(refusal).not.toMatch(/\n\s+at /);
      expect(await readFile(path)).toEqual(before);
    },
    SLOW_MS,
  );

  it('tells all faults of the settings together', async () => {
    const refusal = await start(await folder(), { RUNNERS: '0', LOG_LEVEL: 'loud', PUBLIC_URL: 'ftp://x' }).catch(
      String,
    );
    expect(refusal).toMatch(/ended with code 1[^]*PUBLIC_URL[^]*RUNNERS[^]*LOG_LEVEL/);
  });

  it('names the listeners that cannot be used and takes the others', async () => {
    const dir = join(await folder(), 'listeners');
    await mkdir(dir);
    const files = {
      'good.ts': 'export default (props: object, event: unknown) => event;\n',
      'broken.ts': 'export default (props: => 1;\n',
      'words.ts': "export default 'words';\n",
      'throws.ts': "throw new Error('while it loads');\n",
    };
    for (const [name, code] of Object.entries(files)) await writeFile(join(dir, name), code);
    const server = await start(await folder(), { LISTENERS_DIR: dir });
    const { body } = await server.api('GET', '/app/listeners');
    expect(body.data.map(({ name }: any) => name)).toEqual(['good']);
    expect(body.problems.map(({ file }: any) => file).sort()).toEqual([
      'listeners/broken.ts',
      'listeners/throws.ts',
      'listeners/words.ts',
    ]);
    for (const name of ['broken', 'throws', 'words']) expect(server.output()).toContain(`listeners/${name}.ts`);
    expect((await server.run('good', { event: 5 })).result).toBe(5);
  });
});

describe('a queue that is full', () => {
  it('refuses triggers with 503 and Retry-After until there is room', async () => {
    const server = await start(await folder(), { QUEUE_LIMIT: '3' });
    const hook = await server.hook('passesGate', { props: { gate: 'never' } });
    const shot = () => send(hook.url as string, asJson({}));
    const accepted = [await shot(), await shot(), await shot()];
    expect(accepted.map(({ status }) => status)).toEqual([202, 202, 202]);
    for (let n = 0; n < 3; n++) {
      const refused = await shot();
      expect([refused.status, refused.body.code]).toEqual([503, 'overloaded']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await server.api('GET', '/app/runs')).body.data).toHaveLength(3);
    const id = accepted[0]!.body.run as string;
    await server.runWhen(id, ['running']);
    await server.api('POST', `/app/runs/${id}/cancel`);
    await expect.poll(async () => (await shot()).status, { timeout: 20_000 }).toBe(202);
  });
});
