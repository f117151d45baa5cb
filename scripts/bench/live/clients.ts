/**
 * Many browsers in a process of their own: Socket.io clients that open one route, or are merely there, and note how
 * long after it was asked for each change arrived. Told what to do by messages from the parent.
 */
import { io, type Socket } from 'socket.io-client';
import type { PatchOp } from '../../../server/schemas/socket.ts';

export type ClientsOrder =
  | {
      readonly type: 'connect';
      readonly url: string;
      readonly count: number;
      readonly token?: string;
      readonly path?: string;
    }
  | { readonly type: 'reset' }
  | { readonly type: 'report' }
  | { readonly type: 'disconnect' };

export interface ClientsReport {
  readonly delaysMs: readonly number[];
  readonly frames: number;
  readonly bytes: number;
}

/** Connections that are being made at a time. */
const AT_ONCE = 20;
let sockets: Socket[] = [];
let delaysMs: number[] = [];
let frames = 0;
let bytes = 0;

export const nowMs = (): number => performance.timeOrigin + performance.now();

function heard({ ops }: { readonly ops: readonly PatchOp[] }): void {
  const at = nowMs();
  frames++;
  for (const op of ops) if (op.path.endsWith('/at') && op.op !== 'remove') delaysMs.push(at - (op.value as number));
}

async function connectOne(order: Extract<ClientsOrder, { type: 'connect' }>, isFirst: boolean): Promise<void> {
  const socket = io(order.url, {
    forceNew: true,
    transports: ['websocket'],
    auth: order.token === undefined ? {} : { token: order.token },
    reconnection: false,
  });
  sockets.push(socket);
  socket.on('patch', heard);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  if (isFirst) {
    // What travels is the same for all: one of them counts the bytes.
    const { engine } = socket.io;
    engine.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
      if (type === 'message' && typeof data === 'string' && data.includes('"patch"')) bytes += data.length + 1;
    });
  }
  if (order.path === undefined) return;
  const answer = (await socket.timeout(30_000).emitWithAck('open', { kind: 'json', path: order.path })) as {
    ok: boolean;
  };
  if (!answer.ok) throw new Error(`open was refused: ${JSON.stringify(answer)}`);
}

async function connect(order: Extract<ClientsOrder, { type: 'connect' }>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < order.count) await connectOne(order, next++ === 0);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

const answer = (message: object): void => void process.send?.(message);

process.on('message', (order: ClientsOrder) => {
  switch (order.type) {
    case 'connect':
      connect(order).then(
        () => answer({ type: 'connected' }),
        (error: unknown) => answer({ type: 'failed', message: String(error) }),
      );
      return;
    case 'reset':
      delaysMs = [];
      frames = bytes = 0;
      answer({ type: 'reset' });
      return;
    case 'report':
      answer({ type: 'report', delaysMs, frames, bytes } satisfies ClientsReport & { type: string });
      return;
    case 'disconnect':
      for (const socket of sockets) socket.disconnect();
      sockets = [];
      answer({ type: 'disconnected' });
  }
});
