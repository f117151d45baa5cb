/**
 * One client connection: reads messages, runs one command at a time, answers in order. A stream that breaks the protocol
 * is closed; a command that fails is answered. States: open → closing (the rest is dropped) → closed.
 */
import { type Socket } from 'node:net';
import { MongoError } from '../errors.ts';
import { createFrameReader, FrameError, MAX_WAITING_BYTES } from './frame.ts';
import { createLogin } from './login.ts';
import { parseMessage, type Request } from './message.ts';
import { encodeReply, errorReply, frameReply, type Reply } from './reply.ts';
import { type ScramUser } from './scram.ts';

/** What a command may know of the connection it came by. */
export interface Client {
  readonly id: number;
  readonly isGone: () => boolean;
}

export interface ConnectionDeps {
  readonly socket: Socket;
  readonly id: number;
  readonly user: ScramUser | undefined;
  readonly run: (request: Request, name: string, client: Client) => Promise<Reply>;
  readonly onInternalError: (error: unknown, command: string) => void;
  /** How long a message that has begun may take to arrive. */
  readonly halfMessageMs: number;
}

/** Messages that wait behind the one at work; beyond this the socket is not read any more. */
const MAX_WAITING_MESSAGES = 32;

/** Answers that wait to be taken by the client. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

export function createConnection({ socket, id, user, run, onInternalError, halfMessageMs }: ConnectionDeps): void {
  const login = createLogin(user);
  const client: Client = { id, isGone: () => socket.destroyed };
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let isBusy = false;
  let timer: NodeJS.Timeout | undefined;

  const reader = createFrameReader({
    onMessage: (message) => {
      waiting.push(message);
      waitingBytes += message.length;
      if (waitingBytes > MAX_WAITING_BYTES) throw new FrameError('too much waits on this connection');
    },
  });

  function watchHalfMessage(): void {
    clearTimeout(timer);
    timer = reader.isPartial() ? setTimeout(() => socket.destroy(), halfMessageMs) : undefined;
  }

  async function work(): Promise<void> {
    isBusy = true;
    for (let message = waiting.shift(); message !== undefined && !socket.destroyed; message = waiting.shift()) {
      waitingBytes -= message.length;
      try {
        await answer(message);
        if (socket.writableLength > MAX_UNREAD_BYTES) await drained(socket);
      } catch (error) {
        if (!(error instanceof FrameError)) onInternalError(error, 'wire');
        socket.destroy();
      }
    }
    isBusy = false;
    if (socket.isPaused()) socket.resume();
  }

  async function answer(message: Buffer): Promise<void> {
    let request: Request;
    try {
      request = parseMessage(message);
    } catch (error) {
      if (!(error instanceof MongoError)) throw error;
      write(message.readInt32LE(12), message.readInt32LE(4), errorReply(error));
      return;
    }
    const reply = await replyTo(request);
    if (request.wantsReply) write(request.op, request.requestId, reply);
  }

  async function replyTo(request: Request): Promise<Reply> {
    const name = (Object.keys(request.command)[0] ?? '').toLowerCase();
    try {
      return login.answer(name, request.command) ?? (login.refuse(name), await run(request, name, client));
    } catch (error) {
      if (!(error instanceof MongoError)) onInternalError(error, name);
      return errorReply(error);
    }
  }

  function write(op: number, responseTo: number, reply: Reply): void {
    if (socket.destroyed) return;
    let body: Buffer;
    try {
      body = encodeReply(reply);
    } catch (error) {
      if (!(error instanceof MongoError)) onInternalError(error, 'encode');
      body = encodeReply(errorReply(error));
    }
    socket.write(frameReply(op, responseTo, body));
    // A client that does not read its answers gets no further ones.
  }

  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(timer));
  socket.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch {
      socket.destroy();
      return;
    }
    watchHalfMessage();
    if (isBusy) {
      if (waiting.length > MAX_WAITING_MESSAGES) socket.pause();
    } else if (waiting.length > 0) void work();
  });
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
}
