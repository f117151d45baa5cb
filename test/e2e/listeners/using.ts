/** Listeners that use what `api` offers. */
import type { ListenerApi } from '../../../server/sdk.ts';

const codeOf = (error: unknown) => (error as { code?: string }).code;

type Props = Readonly<Record<string, any>>;

export function usesLog(_props: Props, _event: unknown, api: ListenerApi) {
  api.log.info('first', { n: 1 });
  api.log.warn('second');
  api.log.error('third', new Error('with a reason'));
  console.log('by %s', 'console', { deep: { er: [1] } });
}

export async function usesData(_props: Props, _event: unknown, api: ListenerApi) {
  const notes = api.data.coll<{ title: string; at?: Date; tags?: string[]; n?: number }>('notes');
  const made = await notes.createDoc({ title: 'one', at: new Date(0), tags: ['a'] });
  const replaced = await notes.updateDoc({ ...made, title: 'uno' });
  const { insertedIds } = await notes.insertMany([
    { title: 'two', n: 2 },
    { title: 'three', n: 3 },
  ]);
  const updated = await notes.updateMany({ n: { $gte: 2 } }, { $inc: { n: 10 }, $push: { tags: 'b' } });
  const found = await notes.find({ n: { $exists: true } }, { title: 1, n: 1 }, { sort: { n: -1 }, limit: 1 });
  const read = await notes.getDoc(made._id);
  await notes.deleteDoc(made._id);
  const counts = [await notes.count(), await notes.count({ n: 12 })];
  const { deleted } = await notes.deleteMany({});
  const gone = await notes.getDoc(made._id);
  const isDate = read?.at instanceof Date;
  return { made, replaced, inserted: insertedIds.length, updated, found, read, isDate, counts, deleted, gone };
}

export async function addDocs({ coll, docs }: Props, _event: unknown, api: ListenerApi) {
  await api.data.coll(coll as string).insertMany(docs as Props[]);
}

export async function readDocs({ coll }: Props, _event: unknown, api: ListenerApi) {
  return api.data.coll(coll as string).find({}, {}, { limit: 250, sort: { _id: 1 } });
}

/** What each name leads to: the documents found there, or the code of the refusal. */
export async function tryColls({ names }: Props, _event: unknown, api: ListenerApi) {
  return Promise.all(
    (names as string[]).map(async (name) => {
      try {
        return await api.data.coll(name).find({});
      } catch (error) {
        return (error as { code?: string }).code ?? String(error);
      }
    }),
  );
}

export async function usesWebhooks(_props: Props, _event: unknown, api: ListenerApi) {
  const made = await api.webhooks.create({ action: 'echo', props: { by: 'a listener' }, name: 'made in a run' });
  const listed = await api.webhooks.list({ action: 'echo' });
  await api.webhooks.delete(made.uuid);
  const left = await api.webhooks.list({ action: 'echo' });
  return { made, listed: listed.map(({ uuid }) => uuid), left: left.map(({ uuid }) => uuid) };
}

export async function enqueues({ jobs }: Props, _event: unknown, api: ListenerApi) {
  const started = [];
  for (const { listener, props, options } of jobs as { listener: string; props?: object; options?: object }[]) {
    started.push(await api.jobs.enqueue(listener, props, options));
  }
  return started;
}

export async function fetches({ url, init }: Props, _event: unknown, api: ListenerApi) {
  try {
    const response = await api.fetch(url as string, init as RequestInit);
    return { status: response.status, body: await response.text(), kind: response.headers.get('content-type') };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { code, message };
  }
}

/** Whether the keys of the event have changed what every object inherits. */
export function looksForPollution(_props: Props, event: any) {
  const copy = { ...event };
  return { polluted: ({} as any).polluted ?? null, own: Object.keys(event as object), copied: Object.keys(copy) };
}

export async function usesCrons(_props: Props, _event: unknown, api: ListenerApi) {
  const made = await api.crons.create({ name: 'by-a-listener', listener_name: 'echo', schedule: '@yearly' });
  const moved = await api.crons.update('by-a-listener', { timezone: 'Asia/Tokyo', schedule: '0 9 * * MON' });
  const { run } = await api.crons.run('by-a-listener');
  const listed = (await api.crons.list({ listener_name: 'echo' })).map(({ name }) => name);
  const upcoming = await api.crons.upcoming(new Date(Date.parse(moved.next_runs[0]!) + 1));
  const history = (await api.crons.history(made.id)).map(({ id }) => id);
  const refused = await api.crons.create({ listener_name: 'echo', schedule: '0 25 * * *' }).catch(codeOf);
  await api.crons.delete('by-a-listener');
  const gone = await api.crons.get('by-a-listener').catch(codeOf);
  return { made, moved, run, listed, upcoming, history, refused, gone };
}

export async function usesJobs(_props: Props, _event: unknown, api: ListenerApi) {
  const at = new Date(Date.now() + 3_600_000);
  const first = await api.jobs.enqueue('echo', { a: 1 }, { event: { n: 1 }, at, key: 'one', priority: 'high' });
  const second = await api.jobs.enqueue('echo', {}, { key: 'one', delayMs: 5 });
  const seen = await api.jobs.get(first.run);
  const listed = (await api.jobs.list({ status: 'queued' })).map(({ id }) => id);
  const canceled = await api.jobs.cancel(first.run);
  const both = await api.jobs.enqueue('echo', {}, { at, delayMs: 5 }).catch(codeOf);
  const noJob = await api.jobs.get(api.run.id).catch(codeOf);
  return { first, second, seen, listed, canceled: canceled.status, both, noJob, at: at.toISOString() };
}
