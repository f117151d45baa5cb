/**
 * `api.session`: what a listener asks of the browser that its run began with. Arguments come from foreign code. A
 * browser that is gone is no fault of the listener's: it is told so and goes on.
 */
import { Type, type Static, type TSchema } from 'typebox';
import { AppError } from '../lib/errors.ts';
import { createParser } from '../lib/schema.ts';
import type { HostMethod, RunScope } from '../runs/host.ts';
import type { JsonObject } from '../schemas/json.ts';
import { isBehind } from './backlog.ts';
import { jsonTextOf } from './jsonText.ts';
import type { SocketLimits } from './limits.ts';
import type { EdgeSocket, Visit } from './visit.ts';
import type { Visits } from './visits.ts';

export interface PushDeps {
  readonly visits: Pick<Visits, 'get'>;
  readonly limits: Pick<SocketLimits, 'stateBytes'>;
}

const closed = { additionalProperties: false };

const SetState = Type.Object({ state: Type.Unsafe<JsonObject>({ type: 'object' }) }, closed);
const Navigate = Type.Object(
  {
    // A path of this app, or a site that is named in full: nothing that runs, and no `//elsewhere` in disguise.
    to: Type.String({ maxLength: 2_000, pattern: '^(/|/[^/\\\\\\s][^\\\\\\s]*|https?://[^\\\\\\s]+)$' }),
    replace: Type.Optional(Type.Boolean()),
  },
  closed,
);
const Toast = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 500 }),
    tone: Type.Optional(
      Type.Union([Type.Literal('info'), Type.Literal('success'), Type.Literal('warning'), Type.Literal('error')]),
    ),
  },
  closed,
);
const Download = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^/\\\\\\x00-\\x1f]+$' }),
    text: Type.String({ maxLength: 1_048_576 }),
    type: Type.Optional(Type.String({ maxLength: 100, pattern: '^[a-z]+/[a-z0-9.+-]+$' })),
  },
  closed,
);

/** What may wait for a slow browser before no more is sent to it: a few downloads. */
const PUSH_BACKLOG = { backlogPackets: 100, backlogBytes: 4 * 1024 * 1024 };

export function createPushes({ visits, limits }: PushDeps): Readonly<Record<string, HostMethod>> {
  const parseState = createParser(SetState, 'body');

  return {
    'session.set': (scope, args) => {
      const { state } = parseState(args);
      const visit = visitOf(scope);
      if (visit === undefined) return Promise.resolve({ delivered: false });
      visit.state = merge(visit.state, state);
      for (const { watcher } of visit.routes.values()) watcher?.setState(visit.state);
      return Promise.resolve({ delivered: true });
    },
    'session.navigate': push(Navigate, (socket, to) => socket.emit('navigate', to)),
    'session.toast': push(Toast, (socket, toast) => socket.emit('toast', toast)),
    'session.download': push(Download, (socket, file) => socket.emit('download', file)),
  };

  function push<T extends TSchema>(schema: T, send: (socket: EdgeSocket, args: Static<T>) => unknown): HostMethod {
    const parse = createParser(schema, 'body');
    return (scope, given) => {
      const args = parse(given);
      const socket = visitOf(scope)?.socket;
      const delivered = socket !== undefined && !isBehind(socket.conn, PUSH_BACKLOG);
      if (delivered) send(socket, args);
      return Promise.resolve({ delivered });
    };
  }

  /** State is JSON all through: a Date becomes its text. */
  function merge(before: JsonObject, change: JsonObject): JsonObject {
    const members = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null);
    const bytes = jsonTextOf(Object.fromEntries(members));
    if (bytes.length > limits.stateBytes) {
      throw new AppError('invalid_input', {
        detail: `api.session.set: the state may have ${limits.stateBytes} bytes as JSON; this makes ${bytes.length}.`,
      });
    }
    return JSON.parse(bytes.toString()) as JsonObject;
  }

  function visitOf({ connection, environmentId }: RunScope): Visit | undefined {
    if (connection === null) {
      throw new AppError('invalid_input', {
        detail: 'Only runs that were started from a browser have an api.session; this one has another trigger.',
      });
    }
    const visit = visits.get(connection);
    return visit?.environmentId === environmentId ? visit : undefined;
  }
}
