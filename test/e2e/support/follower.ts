/** A client of JSON routes on a plain socket, which keeps to the protocol and complains where the server does not. */
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { applyPatch } from '../../../server/client/live/patch.ts';
import type { Json } from '../../../server/schemas/json.ts';
import type {
  ClientToServer,
  OpenAnswer,
  RunAnswer,
  RunEnded,
  ServerToClient,
} from '../../../server/schemas/socket.ts';
import type { TestServer } from '../../support/server.ts';

export interface Client {
  readonly socket: Socket<ServerToClient, ClientToServer>;
  /** Opens a route and follows it. */
  readonly open: (path: string, query?: Record<string, string>) => Promise<Followed>;
  readonly press: (
    route: Followed,
    listener: { code: string },
    value?: Json,
  ) => Promise<{ run: string; press: string }>;
  readonly ended: RunEnded[];
}

export interface Followed {
  readonly tree: () => any;
  readonly patches: () => number;
  readonly route: string;
  readonly key: string;
}

/** A program with a token, or a guest. Applies what it is sent, and fails where a patch leads from something else. */
export async function connectTo(server: TestServer, { isGuest = false } = {}): Promise<Client> {
  // Without a token only pages are let in, and they say where they are from.
  const who = isGuest ? { extraHeaders: { origin: server.url } } : { auth: { token: server.tokens.sandbox } };
  const socket: Client['socket'] = io(server.url, { ...who, transports: ['websocket'], forceNew: true });
  const ended: RunEnded[] = [];
  socket.on('ended', (end) => ended.push(end));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    socket,
    ended,
    async open(path, query = {}) {
      const early: (() => void)[] = [];
      let state: { route: string; tree: Json; revision: number } | undefined;
      let patches = 0;
      const follow = (then: () => void): void => {
        if (state === undefined) early.push(then);
        else then();
      };
      socket.on('patch', ({ route, base, revision, ops }) =>
        follow(() => {
          if (state?.route !== route) return;
          if (state.revision !== base) throw new Error(`A patch from ${base}, and the tree is ${state.revision}.`);
          state = { route, tree: applyPatch(state.tree, ops), revision };
          patches++;
        }),
      );
      socket.on('fresh', ({ route, revision, ui }) =>
        follow(() => {
          if (state?.route === route) state = { route, tree: ui, revision };
        }),
      );
      const answer: OpenAnswer = await socket.emitWithAck('open', { kind: 'json', path, query });
      if (!answer.ok || !('ui' in answer)) throw new Error(JSON.stringify(answer));
      state = { route: answer.route, tree: answer.ui, revision: answer.revision };
      for (const then of early.splice(0)) then();
      return { tree: () => state!.tree, patches: () => patches, route: answer.route, key: answer.key };
    },
    async press({ route, key }, { code }, value) {
      const press = randomUUID();
      const request = { route, code: `${key}.${code}`, press, ...(value !== undefined && { event: { value } }) };
      const answer: RunAnswer = await socket.emitWithAck('run', request);
      if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
      return { run: answer.run, press };
    },
  };
}
