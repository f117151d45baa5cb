/** One temporary file of a pipeline: runs of BSON documents, appended one after another and read back in any order. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { decodeExact, type Doc, encode } from '../../values/codec.ts';
import { type Pace } from '../stage.ts';

/** A stretch of the file, by byte offsets. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

export interface SpillFile {
  readonly write: (docs: Iterable<Doc> | AsyncIterable<Doc>) => Promise<Run>;
  readonly read: (run: Run, bufferBytes?: number) => AsyncGenerator<Doc>;
  readonly close: () => Promise<void>;
}

const WRITE_BYTES = 256 * 1024;
const READ_BYTES = 128 * 1024;

export function createSpillFile(dir: string, pace: Pace): SpillFile {
  const path = join(dir, `spill-${randomUUID()}.tmp`);
  let handle: FileHandle | undefined;
  let size = 0;

  async function write(docs: Iterable<Doc> | AsyncIterable<Doc>): Promise<Run> {
    handle ??= await open(path, 'wx+', 0o600);
    const start = size;
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    const flush = async (): Promise<void> => {
      if (waitingBytes === 0) return;
      const bytes = Buffer.concat(waiting, waitingBytes);
      await handle?.write(bytes, 0, bytes.length, size);
      size += bytes.length;
      waiting = [];
      waitingBytes = 0;
    };
    for await (const doc of docs) {
      const bytes = encode(doc);
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= WRITE_BYTES) await flush();
      const rest = pace.due();
      if (rest) await rest;
    }
    await flush();
    return { start, end: size };
  }

  /** BSON says its own length in its first four bytes, so documents need no further framing. */
  async function* read(run: Run, bufferBytes = READ_BYTES): AsyncGenerator<Doc> {
    let at = run.start;
    let held = Buffer.alloc(0);
    while (at < run.end || held.length > 0) {
      const wanted = held.length >= 4 ? held.readInt32LE(0) : 4;
      if (held.length < 4 || held.length < wanted) {
        const chunk = Buffer.alloc(Math.min(run.end - at, Math.max(bufferBytes, wanted - held.length)));
        const { bytesRead = 0 } = (await handle?.read(chunk, 0, chunk.length, at)) ?? {};
        if (bytesRead === 0) throw new Error(`the spill file ended at ${at}, before the run's end at ${run.end}`);
        at += bytesRead;
        held = Buffer.concat([held, chunk.subarray(0, bytesRead)]);
        continue;
      }
      yield decodeExact(held.subarray(0, wanted));
      held = held.subarray(wanted);
    }
  }

  async function close(): Promise<void> {
    await handle?.close();
    if (handle) await rm(path, { force: true });
    handle = undefined;
  }

  return { write, read, close };
}

/** Merges sorted streams into one; of equal items, the earlier stream's come first. */
export async function* mergeSorted<T>(
  streams: readonly AsyncIterator<T>[],
  compare: (a: T, b: T) => number,
): AsyncGenerator<T> {
  const heads: { value: T; readonly order: number; readonly from: AsyncIterator<T> }[] = [];
  const before = (a: (typeof heads)[number], b: (typeof heads)[number]): boolean =>
    (compare(a.value, b.value) || a.order - b.order) < 0;

  function sink(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      let first = at;
      for (const child of [left, left + 1])
        if (child < heads.length && before(heads[child]!, heads[first]!)) first = child;
      if (first === at) return;
      [heads[at], heads[first]] = [heads[first]!, heads[at]!];
      at = first;
    }
  }
  for (const [order, from] of streams.entries()) {
    const next = await from.next();
    if (next.done !== true) heads.push({ value: next.value, order, from });
  }
  for (let i = heads.length >> 1; i >= 0; i--) sink(i);
  for (let head = heads[0]; head !== undefined; head = heads[0]) {
    yield head.value;
    const next = await head.from.next();
    if (next.done === true) {
      const last = heads.pop();
      if (last !== undefined && heads.length > 0) heads[0] = last;
    } else head.value = next.value;
    sink(0);
  }
}
