/** The `api` of a run, with its documents in memory. What the real data API would refuse is refused here too. */
import { checkFilter } from '../../server/db/query/filter.ts';
import { checkUpdate } from '../../server/data/update.ts';
import { checkValue } from '../../server/db/query/values.ts';
import type { Collection, ListenerApi } from '../../server/sdk.ts';

type Stored = Record<string, unknown> & { _id: string };

export interface FakeApi extends ListenerApi {
  readonly docs: (coll: string) => Stored[];
  readonly lines: string[];
}

export function aFakeApi(options: { runId?: string; headers?: Record<string, string>; like?: FakeApi } = {}): FakeApi {
  const { runId = 'run_1', headers, like } = options;
  const colls = like === undefined ? new Map<string, Map<string, Stored>>() : collsOf(like);
  const lines: string[] = [];
  const note = (message: string): void => void lines.push(message);
  const unused = (): never => {
    throw new Error('the sample app does not use this');
  };
  const unsent = (told?: unknown): Promise<{ delivered: boolean }> => {
    if (typeof told === 'string') note(told);
    return Promise.resolve({ delivered: true });
  };
  const api: FakeApi = {
    run: { id: runId, attempt: 1, trigger: { type: 'manual' } },
    environment: { id: 2, name: 'sandbox' },
    user: null,
    session: {
      set: unsent,
      navigate: (to) => unsent(`navigate ${to}`),
      toast: ({ text }) => unsent(`toast ${text}`),
      download: unsent,
    },
    request:
      headers === undefined
        ? null
        : {
            method: 'POST',
            path: '/',
            headers,
            query: {},
            contentType: 'application/json',
            remoteAddress: '127.0.0.1',
            rawBody: new Uint8Array(),
          },
    log: { info: note, warn: note, error: note },
    data: { coll: <T extends object>(name: string) => aCollection<T>(collOf(colls, name)) },
    webhooks: { create: unused, list: unused, delete: unused },
    jobs: { enqueue: unused, list: unused, get: unused, cancel: unused },
    crons: {
      create: unused,
      list: unused,
      get: unused,
      update: unused,
      delete: unused,
      run: unused,
      history: unused,
      upcoming: unused,
    },
    events: { emit: unused },
    fetch: unused,
    signal: new AbortController().signal,
    docs: (coll) => structuredClone([...collOf(colls, coll).values()]),
    lines,
  };
  stores.set(api, colls);
  return api;
}

const stores = new WeakMap<FakeApi, Map<string, Map<string, Stored>>>();

function collsOf(api: FakeApi) {
  const colls = stores.get(api);
  if (colls === undefined) throw new Error('no fake');
  return colls;
}

function collOf(colls: Map<string, Map<string, Stored>>, name: string): Map<string, Stored> {
  const coll = colls.get(name) ?? new Map<string, Stored>();
  colls.set(name, coll);
  return coll;
}

function aCollection<T extends object>(docs: Map<string, Stored>): Collection<T> {
  const matching = (filter: object): Stored[] => {
    checkFilter(filter, ['filter']);
    return [...docs.values()].filter((doc) => matches(doc, filter));
  };
  const insert = (given: T): Stored => {
    checkValue(given, ['doc']);
    const doc = structuredClone({ _id: String(docs.size + 1), ...given }) as Stored;
    if (docs.has(doc._id)) throw Object.assign(new Error('exists already'), { code: 'conflict' });
    docs.set(doc._id, doc);
    return doc;
  };
  const out = (doc: Stored): never => structuredClone(doc) as never;
  const later = <R>(work: () => R): Promise<R> => Promise.resolve().then(work);

  return {
    getDoc: (id) => later(() => (docs.has(id) ? out(docs.get(id)!) : null)),
    createDoc: (doc) => later(() => out(insert(doc))),
    insertMany: (given) => later(() => ({ insertedIds: given.map((doc) => insert(doc)._id) })),
    updateDoc: (doc) =>
      later(() => {
        if (!docs.has(doc._id)) throw Object.assign(new Error('no such document'), { code: 'not_found' });
        docs.set(doc._id, structuredClone(doc));
        return out(doc);
      }),
    deleteDoc: (doc) => later(() => void docs.delete(typeof doc === 'string' ? doc : doc._id)),
    find: (filter = {}) => later(() => matching(filter).map(out)),
    count: (filter = {}) => later(() => matching(filter).length),
    deleteMany: (filter) => later(() => ({ deleted: matching(filter).filter(({ _id }) => docs.delete(_id)).length })),
    updateMany: (filter, update) =>
      later(() => {
        checkUpdate(update, ['update']);
        const found = matching(filter);
        const before = JSON.stringify(found);
        found.forEach((doc) => change(doc, update as Record<string, Record<string, unknown>>));
        return { matched: found.length, modified: JSON.stringify(found) === before ? 0 : found.length };
      }),
    aggregate: () => Promise.reject(new Error('the fake knows no pipelines')),
    createIndex: () => Promise.reject(new Error('the fake knows no indexes')),
  };
}

function matches(doc: Stored, filter: object): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    if (field === '$or') return (wanted as object[]).some((part) => matches(doc, part));
    const value = doc[field];
    if (typeof wanted !== 'object' || wanted === null) return value === wanted;
    return Object.entries(wanted as object).every(([operator, operand]) => {
      if (operator === '$exists') return (value !== undefined) === operand;
      if (operator === '$lte') return value !== undefined && (value as Date) <= (operand as Date);
      throw new Error(`the fake does not know ${operator}`);
    });
  });
}

function change(doc: Stored, update: Record<string, Record<string, unknown>>): void {
  for (const [operator, fields] of Object.entries(update)) {
    for (const [field, value] of Object.entries(fields)) {
      if (operator === '$set') doc[field] = structuredClone(value);
      else if (operator === '$addToSet') {
        const items = doc[field] as unknown[];
        if (!items.includes(value)) items.push(value);
      } else if (operator === '$min') {
        if (doc[field] === undefined || (value as Date) < (doc[field] as Date)) doc[field] = structuredClone(value);
      } else throw new Error(`the fake does not know ${operator}`);
    }
  }
}
