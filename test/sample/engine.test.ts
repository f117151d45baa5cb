/** The sample app on real documents: what the other tests see in memory is what the database then holds. */
import { createRequire } from 'node:module';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import issues from '../../listeners/github/issues.ts';
import push from '../../listeners/github/push.ts';
import star from '../../listeners/github/star.ts';
import { createDataApi, type DataApi } from '../../server/data/api.ts';
import { connectDatabase } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';
import { createApi } from '../../server/listeners/child/api.ts';
import type { RunContext } from '../../server/listeners/child/context.ts';
import type { RunHead } from '../../server/listeners/child/protocol.ts';
import { pack, unpack } from '../../server/listeners/pack.ts';
import type { ListenerApi } from '../../server/sdk.ts';
import { noEvents } from '../data/support/storedEvents.ts';
import { aFakeApi } from './fakeApi.ts';

const definitions = createRequire(import.meta.url)('@octokit/webhooks-examples') as { name: string; examples: any[] }[];
const listeners = { push, issues, star } as Record<string, (props: object, event: any, api: any) => Promise<unknown>>;
const closings: (() => Promise<unknown>)[] = [];
let data: DataApi;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'earshot-sample-'));
  closings.push(() => rm(dataDir, { recursive: true, force: true }));
  const engine = await startEmbedded({ dataDir });
  closings.push(() => engine.stop());
  const database = await connectDatabase({ url: engine.url });
  closings.push(() => database.close());
  data = createDataApi({ connectionFor: database.environment, events: noEvents, clock: { now: () => Date.now() } });
});

afterAll(async () => {
  for (const close of closings.reverse()) await close();
});

/** The `api` as a runner makes it, its calls packed for the way and answered here. */
function anApi(): ListenerApi {
  const call = async (method: string, args: unknown): Promise<unknown> =>
    unpack(pack(await data.handle({ environmentId: 1 }, method, unpack(pack(args)))));
  const context = { call, log: () => undefined } as unknown as RunContext;
  const head = { runId: 'run_1', attempt: 1, request: null } as unknown as RunHead;
  return createApi(head, null, context);
}

it('holds after every example of GitHub, sent twice and from the last to the first, what it holds in memory', async () => {
  const fake = aFakeApi();
  const real = anApi();
  const events = definitions.flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));
  for (const { name, payload } of [...events, ...events].reverse()) {
    const listener = listeners[name];
    if (listener === undefined) continue;
    expect(await listener({}, payload, real)).toEqual(await listener({}, payload, fake));
  }
  for (const coll of ['repositories', 'issues']) {
    const inMemory = fake.docs(coll).sort((a, b) => (a._id < b._id ? -1 : 1));
    expect(inMemory.length).toBeGreaterThan(0);
    expect(await real.data.coll(coll).find({}, undefined, { sort: { _id: 1 } })).toEqual(inMemory);
  }
});
