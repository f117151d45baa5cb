/**
 * The program of a runner process: hands jobs to listener threads, watches their deadlines, passes calls and results on.
 * No author's code runs in this thread, so it always answers.
 */
import { Socket } from 'node:net';
import { createFrameReader, createFrameWriter, FrameType, type Frame } from '../channel.ts';
import { createDispatcher } from './dispatch.ts';

/** The pipe to the server: the first descriptor after the standard three. */
const PIPE_FD = 3;
const MEMORY_REPORT_MS = 100;

const [, , threadProgram = '', slots = '4'] = process.argv;

const pipe = new Socket({ fd: PIPE_FD, readable: true, writable: true });
const writer = createFrameWriter(pipe);
const dispatcher = createDispatcher({
  threadProgram,
  maxSlots: Number(slots),
  send: (frame) => {
    writer.send(frame);
  },
});

const read = createFrameReader((frame: Frame) => {
  switch (frame.type) {
    case FrameType.run:
      dispatcher.add({
        id: frame.id,
        timeoutMs: frame.a,
        memoryMb: frame.b,
        queuedAtMs: performance.now(),
        kind: `${frame.b}:${frame.c}`,
        head: frame.head.toString('utf8'),
        // A copy of its own: the frame is a view of a larger piece, which cloning would take along whole.
        body: frame.body.length === 0 ? null : new Uint8Array(frame.body),
      });
      return;
    case FrameType.apiReply:
      dispatcher.reply(frame.id, frame.a, frame.b === 1, frame.head.toString('utf8'));
      return;
    case FrameType.warm:
      dispatcher.warm(frame.b);
      return;
    case FrameType.cancel:
      dispatcher.cancel(frame.id);
      return;
  }
});
pipe.on('data', (chunk: Buffer) => {
  read(chunk);
  dispatcher.dispatch();
});
// The server is gone: so is the reason to be here.
pipe.on('close', () => process.exit(0));
pipe.on('error', () => process.exit(0));
// Meant for the server, which decides; a Ctrl-C in the terminal reaches the whole group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

if (process.platform !== 'linux') {
  setInterval(() => {
    writer.send({ type: FrameType.memory, a: Math.round(process.memoryUsage.rss() / 1024) });
  }, MEMORY_REPORT_MS).unref();
}
writer.send({ type: FrameType.ready });
