/**
 * Cuts the byte stream of one connection into wire messages. Lengths are checked before anything is kept, at most one
 * message and a bounded backlog wait in memory, and a message that has begun must end within a time.
 */
export const HEADER_BYTES = 16;
/** MongoDB's own maximum, which hello advertises. */
export const MAX_MESSAGE_BYTES = 48_000_000;
/** What may wait on one connection, whole messages included. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export class FrameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FrameError';
  }
}

export interface FrameReader {
  /** Takes what the socket gave and calls `onMessage` for every message that is complete. Throws FrameError. */
  readonly push: (chunk: Buffer) => void;
  /** True while a message has begun and not ended. */
  readonly isPartial: () => boolean;
}

export function createFrameReader({ onMessage }: { readonly onMessage: (message: Buffer) => void }): FrameReader {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted: number | undefined;

  function take(bytes: number): Buffer {
    const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, held);
    held -= bytes;
    chunks = held === 0 ? [] : [whole.subarray(bytes)];
    return whole.subarray(0, bytes);
  }

  function lengthOfNext(): number {
    if (chunks[0]!.length < 4) chunks = [Buffer.concat(chunks, held)];
    const length = chunks[0]!.readInt32LE(0);
    if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES)
      throw new FrameError(`a message of ${length} bytes is outside of ${HEADER_BYTES} to ${MAX_MESSAGE_BYTES}`);
    return length;
  }

  return {
    isPartial: () => held > 0,
    push: (chunk) => {
      chunks.push(chunk);
      held += chunk.length;
      if (held > MAX_WAITING_BYTES) throw new FrameError('too much waits on this connection');
      while (held >= 4) {
        wanted ??= lengthOfNext();
        if (held < wanted) return;
        const message = take(wanted);
        wanted = undefined;
        onMessage(message);
      }
    },
  };
}
