/**
 * How the server and a runner process talk: frames over a pipe of their own, many to a write. Plain bytes and JSON, so
 * nothing a runner sends is revived into more than data, and an event's bytes pass through untouched.
 *
 *   u32 length of what follows | u8 type | u32 id | u32 a | u32 b | u32 c | u32 head length | head (UTF-8) | body (bytes)
 */
export const FrameType = {
  // server → runner
  run: 1, //        id run; a timeout ms, b memory MB, c code version; head JobHead; body the event's bytes
  apiReply: 2, //   id run; a call, b 1 when it failed; head packed value
  cancel: 3, //     id run
  warm: 4, //       b memory MB: have a thread ready
  // runner → server
  ready: 10,
  done: 11, //      id run; a 1 when head is empty and the run succeeded, b duration µs; head DoneHead; body the result's JSON
  apiCall: 12, //   id run; a call; head packed [method, args]
  running: 13, //   head JSON list of the runs that have gone on for a while: the suspects, should the process die
  stuck: 14, //     a thread cannot be ended: replace this process
  restarted: 15, // a thread was replaced
  memory: 16, //    a resident set, KiB
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export interface Frame {
  readonly type: number;
  readonly id: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly head: Buffer;
  readonly body: Buffer;
}

export interface FrameOut {
  readonly type: FrameType;
  readonly id?: number;
  readonly a?: number;
  readonly b?: number;
  readonly c?: number;
  readonly head?: string | Uint8Array;
  readonly body?: Uint8Array | string | null;
}

const FIXED_BYTES = 4 + 1 + 4 * 5;

/** The longest frame either side takes; longer ones are a fault of the other side. */
export const FRAME_LIMIT_BYTES = 16 * 1024 * 1024;
/** What one api call or its answer may hold. Bytes travel as base64, so its text may be longer by a third. */
export const MESSAGE_LIMIT_MB = 8;
const TEXT_LIMIT_BYTES = (MESSAGE_LIMIT_MB * 1024 * 1024 * 4) / 3 + 64 * 1024;

export function isTooLarge(text: string): boolean {
  return text.length * 3 > TEXT_LIMIT_BYTES && Buffer.byteLength(text) > TEXT_LIMIT_BYTES;
}

/** Calls one run may have waiting at once. */
export const CALLS_LIMIT = 1_000;

interface Pipe {
  readonly write: (bytes: Buffer) => unknown;
}

/** Frames of one turn of the event loop leave in one write. */
export function createFrameWriter(pipe: Pipe) {
  let waiting: Buffer[] = [];
  let isScheduled = false;

  function flush(): void {
    isScheduled = false;
    const frames = waiting;
    waiting = [];
    if (frames.length > 0) pipe.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
  }

  return {
    send(frame: FrameOut): void {
      waiting.push(encode(frame));
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(flush);
    },
    flush,
  };
}

function encode({ type, id = 0, a = 0, b = 0, c = 0, head = '', body = null }: FrameOut): Buffer {
  const headBytes = typeof head === 'string' ? Buffer.byteLength(head) : head.length;
  const bodyBytes = body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const frame = Buffer.allocUnsafe(FIXED_BYTES + headBytes + bodyBytes);
  frame.writeUInt32LE(FIXED_BYTES - 4 + headBytes + bodyBytes, 0);
  frame[4] = type;
  frame.writeUInt32LE(id, 5);
  frame.writeUInt32LE(a, 9);
  frame.writeUInt32LE(b, 13);
  frame.writeUInt32LE(c, 17);
  frame.writeUInt32LE(headBytes, 21);
  put(frame, head, FIXED_BYTES);
  if (body !== null) put(frame, body, FIXED_BYTES + headBytes);
  return frame;
}

function put(target: Buffer, content: string | Uint8Array, at: number): void {
  if (typeof content === 'string') target.write(content, at, 'utf8');
  else target.set(content, at);
}

/** Takes chunks as they come and hands out whole frames; `head` and `body` are views, to be read before the next turn. */
export function createFrameReader(onFrame: (frame: Frame) => void) {
  let parts: Buffer[] = [];
  let have = 0;
  let need = 4;

  return function read(chunk: Buffer): void {
    parts.push(chunk);
    have += chunk.length;
    if (have < need) return;
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts, have);
    let at = 0;
    need = 4;
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32LE(at);
      if (length > FRAME_LIMIT_BYTES || length < FIXED_BYTES - 4) throw new Error(`a frame of ${length} bytes`);
      if (bytes.length - at < 4 + length) {
        need = 4 + length;
        break;
      }
      onFrame(decode(bytes, at, at + 4 + length));
      at += 4 + length;
    }
    parts = at === bytes.length ? [] : [bytes.subarray(at)];
    have = bytes.length - at;
  };
}

function decode(bytes: Buffer, at: number, end: number): Frame {
  const headEnd = at + FIXED_BYTES + bytes.readUInt32LE(at + 21);
  if (headEnd > end) throw new Error('a frame whose head is longer than itself');
  return {
    type: bytes[at + 4]!,
    id: bytes.readUInt32LE(at + 5),
    a: bytes.readUInt32LE(at + 9),
    b: bytes.readUInt32LE(at + 13),
    c: bytes.readUInt32LE(at + 17),
    head: bytes.subarray(at + FIXED_BYTES, headEnd),
    body: bytes.subarray(headEnd, end),
  };
}
