/**
 * Retryable writes: what a session's latest numbered write answered is remembered while the process lives, and answered
 * again when the driver, unsure whether its first try arrived, sends it once more.
 */
import { MongoError } from '../errors.ts';
import { encode } from '../values/codec.ts';
import { CursorReply, type Reply } from '../wire/reply.ts';

interface Remembered {
  readonly number: bigint;
  readonly reply: Promise<Reply>;
  bytes: number;
}

export type Sessions = ReturnType<typeof createSessions>;

const MAX_SESSIONS = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;
/** A session and a small answer. */
const ENTRY_BYTES = 500;

export function createSessions() {
  /** Oldest first: Maps keep the order of insertion. */
  const latest = new Map<string, Remembered>();
  let bytes = 0;

  function forget(session: string): void {
    const known = latest.get(session);
    if (known === undefined) return;
    latest.delete(session);
    bytes -= known.bytes;
  }

  function trim(): void {
    for (const session of latest.keys()) {
      if (latest.size <= MAX_SESSIONS && bytes <= MAX_BYTES) return;
      forget(session);
    }
  }

  return {
    /** Runs the write, or answers what it answered before. A write that failed as a whole may be tried again. */
    once: async (session: string, number: bigint, run: () => Promise<Reply>): Promise<Reply> => {
      const known = latest.get(session);
      if (known?.number === number) return known.reply;
      if (known !== undefined && known.number > number)
        throw new MongoError(
          225,
          'TransactionTooOld',
          `Retryable write with txnNumber ${number} is prohibited on session because a newer retryable write with txnNumber ${known.number} has already started on this session.`,
        );
      forget(session);
      const mine: Remembered = { number, reply: run(), bytes: ENTRY_BYTES };
      latest.set(session, mine);
      bytes += ENTRY_BYTES;
      try {
        const reply = await mine.reply;
        if (
          latest.get(session) === mine &&
          !(reply instanceof CursorReply) &&
          reply.value !== undefined &&
          reply.value !== null
        ) {
          const extra = encode(reply).length;
          mine.bytes += extra;
          bytes += extra;
        }
        trim();
        return reply;
      } catch (error) {
        if (latest.get(session) === mine) forget(session);
        throw error;
      }
    },
    forget,
  };
}
