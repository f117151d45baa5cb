/** The `api` a listener gets. Each method becomes one call to the server; what it may do is decided there. */
import { type Collection, type ListenerApi, type ListenerRequest } from '../../sdk.ts';
import { type RunContext } from './context.ts';
import { createFetch } from './fetch.ts';
import { type RunHead } from './protocol.ts';

/** Makes the object anew for each run; its parts only when they are asked for, as most runs use few. */
export function createApi(head: RunHead, body: Uint8Array | null, context: RunContext): ListenerApi {
  const { call } = context;
  let request: ListenerRequest | null | undefined;
  let fetch: ListenerApi['fetch'] | undefined;
  return {
    run: { id: head.runId, attempt: head.attempt, trigger: head.trigger },
    environment: head.environment,
    user: head.user,
    get request() {
      return (request ??= requestOf(head, body));
    },
    log: {
      info: (message: unknown, data) => context.log('info', String(message), data),
      warn: (message: unknown, data) => context.log('warn', String(message), data),
      error: (message: unknown, data) => context.log('error', String(message), data),
    },
    data: { coll: (name) => collection(name, call) },
    webhooks: {
      create: (input) => call('webhooks.create', input) as never,
      list: (filter = {}) => call('webhooks.list', filter) as never,
      delete: (uuid) => call('webhooks.delete', { uuid }) as never,
    },
    jobs: {
      enqueue: (listener, props = {}, { at, ...options } = {}) =>
        call('jobs.enqueue', { ...options, listener, props, ...(at !== undefined && { at: isoOf(at) }) }) as never,
      list: (filter = {}) => call('jobs.list', filter) as never,
      get: (id) => call('jobs.get', { id }) as never,
      cancel: (id) => call('jobs.cancel', { id }) as never,
    },
    crons: {
      create: (input) => call('crons.create', input) as never,
      list: (filter = {}) => call('crons.list', filter) as never,
      get: (name) => call('crons.get', { name }) as never,
      update: (name, change) => call('crons.update', { name, change }) as never,
      delete: (name) => call('crons.delete', { name }) as never,
      run: (name) => call('crons.run', { name }) as never,
      history: (name) => call('crons.history', { name }) as never,
      upcoming: (until) => call('crons.upcoming', until === undefined ? {} : { until: isoOf(until) }) as never,
    },
    events: {
      emit: (type, data, { occurredAt, ...options } = {}) =>
        call('events.emit', {
          ...options,
          type,
          data,
          ...(occurredAt !== undefined && { occurredAt: isoOf(occurredAt) }),
        }) as never,
    },
    session: {
      set: (state) => call('session.set', { state }) as never,
      navigate: (to, options) => call('session.navigate', { ...options, to }) as never,
      toast: (toast) => call('session.toast', toast) as never,
      download: (file) => call('session.download', file) as never,
    },
    fetch: (url, init) => (fetch ??= createFetch(call))(url, init),
    get signal() {
      return context.signal();
    },
  };
}

function isoOf(time: Date | string): string {
  return time instanceof Date ? time.toISOString() : time;
}

function requestOf(head: RunHead, body: Uint8Array | null): ListenerRequest | null {
  if (head.request === null) return null;
  const { method, path, headers, query, content_type, remote_address } = head.request;
  return {
    method,
    path,
    headers,
    query,
    contentType: content_type,
    remoteAddress: remote_address,
    rawBody: body ?? new Uint8Array(),
  };
}

function collection<T extends object>(coll: string, call: RunContext['call']): Collection<T> {
  const ask = (method: string, args: object) => call(`data.${method}`, { ...args, coll }) as never;
  return {
    getDoc: (id, options) => ask('getDoc', { ...options, id }),
    createDoc: (doc) => ask('createDoc', { doc }),
    updateDoc: (doc, options) => ask('updateDoc', { ...options, doc }),
    deleteDoc: (doc, options) => ask('deleteDoc', { ...options, id: typeof doc === 'string' ? doc : doc._id }),
    find: (query = {}, projection, options) => ask('find', { query, projection, options }),
    updateMany: (filter, update, options) => ask('updateMany', { ...options, filter, update }),
    insertMany: (docs) => ask('insertMany', { docs }),
    deleteMany: (filter) => ask('deleteMany', { filter }),
    count: (filter = {}) => ask('count', { filter }),
    aggregate: (pipeline) => ask('aggregate', { pipeline }),
    createIndex: (keys, options) => ask('createIndex', { ...options, keys }),
  };
}
