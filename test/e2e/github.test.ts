/** Every payload that GitHub publishes, signed by GitHub's own package, into the sample app's listeners. */
import { createRequire } from 'node:module';
import { sign } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import issues from '../../listeners/github/issues.ts';
import push from '../../listeners/github/push.ts';
import star from '../../listeners/github/star.ts';
import { aFakeApi } from '../sample/fakeApi.ts';
import { send } from '../support/http.ts';
import { remove, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

interface Definition {
  readonly name: string;
  readonly examples: readonly any[];
}
const definitions = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Definition[];
const payloads = definitions.flatMap(({ name, examples }) => examples.map((payload) => ({ event: name, payload })));
const listeners = { push, issues, star };
const events = ['push', 'issues', 'star'] as const;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => remove(server));

/** The same listeners on an api in memory. */
const oracle = aFakeApi();

let deliveries = 0;
async function deliver(hook: any, secret: string, event: string, payload: object) {
  const body = JSON.stringify(payload);
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': `delivery-${++deliveries}`,
    'x-hub-signature-256': await sign(secret, body),
  };
  return send(hook.url as string, { headers, body });
}

describe.each(events)('github.%s', (name) => {
  const secret = `a secret for ${name} events`;
  const own = payloads.filter(({ event }) => event === name);
  const foreign = payloads.filter(({ event }) => event !== name);

  it('does with each of its deliveries what it does when it is called', async () => {
    const hook = await server.hook(`github.${name}`, {
      verify: { type: 'github', secret },
      dedupe: { body: false }, // some examples come twice
      respond: 'result',
      respond_timeout_ms: 30_000,
    });
    const listener = listeners[name] as (props: object, event: unknown, api: object) => unknown;
    const api = { ...oracle, request: requestOf(name) };
    for (const { payload } of own) {
      const expected = await listener({}, payload, api);
      const { status, body } = await deliver(hook, secret, name, payload);
      expect([status, body]).toEqual([200, expected]);
    }
    expect(await collections()).toEqual({ issues: told('issues'), repositories: told('repositories') });
  });

  it('takes every other delivery and leaves its collections as they are', async () => {
    const hook = await server.hook(`github.${name}`, { verify: { type: 'github', secret } });
    const before = await collections();
    const answers = await Promise.all(foreign.map(({ event, payload }) => deliver(hook, secret, event, payload)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const runs = new Set(answers.map(({ body }) => body.run));
    await until('every run to be over', async () => {
      const left = ['queued', 'running'].map((status) => server.api('GET', `/app/runs?status=${status}&limit=1`));
      return (await Promise.all(left)).every(({ body }) => body.data.length === 0);
    });
    const done = await allRuns(`webhook=${hook.uuid}&status=succeeded`);
    expect(new Set(done.map(({ id }) => id))).toEqual(runs);
    expect(await collections()).toEqual(before);
  });
});

it('tells nobody but GitHub: the same payloads with another secret are refused', async () => {
  const hook = await server.hook('github.push', { verify: { type: 'github', secret: 'the secret GitHub knows' } });
  const answers = await Promise.all(
    payloads.map(({ event, payload }) => deliver(hook, 'a secret somebody made up', event, payload)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  expect(await allRuns(`webhook=${hook.uuid}`)).toEqual([]);
});

/** What the listeners leave in memory, as it looks once it has been JSON. */
const told = (coll: string) => byId(JSON.parse(JSON.stringify(oracle.docs(coll))));
const byId = (docs: any[]) => Object.fromEntries(docs.map((doc) => [doc._id, doc]));
const requestOf = (event: string) => aFakeApi({ headers: { 'x-github-event': event } }).request;

async function collections() {
  const read = async (coll: string) => byId((await server.run('readDocs', { props: { coll } })).result);
  return { issues: await read('issues'), repositories: await read('repositories') };
}

async function allRuns(query: string): Promise<any[]> {
  const found: any[] = [];
  for (let cursor = ''; ;) {
    const { body } = await server.api('GET', `/app/runs?limit=250&${query}${cursor}`);
    found.push(...(body.data as any[]));
    if (body.next_cursor === null) return found;
    cursor = `&cursor=${encodeURIComponent(body.next_cursor as string)}`;
  }
}
