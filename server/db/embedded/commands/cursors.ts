/**
 * Open cursors. A cursor holds a position and at most one batch of documents that were read ahead. It is closed when it is
 * exhausted, killed, dropped with its collection, or unused for ten minutes.
 */
import { MongoError } from '../errors.ts';
import { type Work } from '../store/work.ts';
import { CursorReply } from '../wire/reply.ts';

/** A stream of encoded documents. An empty page is the end, unless the source is tailable. */
export interface DocumentSource {
  readonly next: (maxDocuments: number, work: Work) => Promise<readonly Buffer[]>;
  readonly isTailable?: boolean;
  readonly close?: () => void | Promise<void>;
}

export interface CursorOptions {
  readonly namespace: string;
  /** undefined: 101 documents in the first batch, as many as fit in later ones. */
  readonly batchSize: number | undefined;
  readonly isSingleBatch?: boolean | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  /** The transaction whose command opened it; it ends with it. */
  readonly owner?: object | undefined;
}

export type Cursors = ReturnType<typeof createCursors>;

interface OpenCursor {
  readonly id: bigint;
  readonly namespace: string;
  readonly source: DocumentSource;
  readonly owner: object | undefined;
  ahead: readonly Buffer[];
  usedAt: number;
  isBusy: boolean;
  isKilled: boolean;
}

const FIRST_BATCH = 101;
/** Large enough to save round trips, small enough to be copied within a moment. */
const BATCH_BYTES = 4 * 1024 * 1024;
const PAGE = 128;
const IDLE_MS = 10 * 60_000;
const MAX_OPEN = 10_000;

export function createCursors({ now = () => performance.now() }: { readonly now?: () => number } = {}) {
  const open = new Map<bigint, OpenCursor>();
  let lastId = BigInt(Math.floor(Math.random() * 2 ** 40)) + 1n;

  async function readBatch(
    cursor: Pick<OpenCursor, 'source' | 'ahead'>,
    batchSize: number,
    work: Work,
  ): Promise<{ readonly batch: readonly Buffer[]; readonly isExhausted: boolean }> {
    const batch: Buffer[] = [];
    let bytes = 0;
    let isExhausted = false;
    for (;;) {
      const page =
        cursor.ahead.length > 0 ? cursor.ahead : await cursor.source.next(nextPage(batchSize, batch.length), work);
      cursor.ahead = [];
      if (page.length === 0) {
        isExhausted = true;
        break;
      }
      let taken = 0;
      while (
        taken < page.length &&
        batch.length < batchSize &&
        (bytes === 0 || bytes + page[taken]!.length <= BATCH_BYTES)
      ) {
        bytes += page[taken]!.length;
        batch.push(page[taken++]!);
      }
      cursor.ahead = taken === 0 ? page : page.slice(taken);
      if (cursor.ahead.length > 0) break;
    }
    return { batch, isExhausted };
  }

  function sweep(): void {
    const oldest = now() - IDLE_MS;
    for (const cursor of open.values()) if (!cursor.isBusy && cursor.usedAt < oldest) kill(cursor);
  }

  function kill(cursor: OpenCursor): void {
    open.delete(cursor.id);
    cursor.isKilled = true;
    closeSource(cursor.source);
  }

  return {
    /** Reads the first batch and keeps the cursor when there is more. */
    start: async (source: DocumentSource, options: CursorOptions, work: Work): Promise<CursorReply> => {
      const { namespace, batchSize = FIRST_BATCH } = options;
      const cursor: OpenCursor = {
        id: ++lastId,
        namespace,
        source,
        owner: options.owner,
        ahead: [],
        usedAt: now(),
        isBusy: false,
        isKilled: false,
      };
      const first = batchSize === 0 ? { batch: [], isExhausted: false } : await readBatch(cursor, batchSize, work);
      const isOver = options.isSingleBatch === true || (first.isExhausted && source.isTailable !== true);
      if (isOver) closeSource(source);
      else {
        if (open.size >= MAX_OPEN) throw new MongoError(46, 'TooManyOpenCursors', `${MAX_OPEN} cursors are open`);
        open.set(cursor.id, cursor);
      }
      const id = isOver ? 0n : cursor.id;
      return new CursorReply({ id, namespace, batch: first.batch, isFirst: true }, { ...options.extra });
    },
    more: async (
      id: bigint,
      request: { readonly namespace: string; readonly batchSize: number | undefined },
      work: Work,
    ): Promise<CursorReply> => {
      const cursor = open.get(id);
      if (cursor === undefined) throw notFound(id);
      if (cursor.namespace !== request.namespace)
        throw new MongoError(
          13,
          'Unauthorized',
          `Requested getMore on namespace '${request.namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
        );
      if (cursor.isBusy) throw new MongoError(12051, 'CursorInUse', `cursor id ${id} is already in use`);
      cursor.isBusy = true;
      try {
        const { batch, isExhausted } = await readBatch(cursor, request.batchSize ?? Infinity, work);
        if (cursor.isKilled) throw notFound(id);
        const isOver = isExhausted && cursor.source.isTailable !== true;
        if (isOver) kill(cursor);
        return new CursorReply({ id: isOver ? 0n : id, namespace: cursor.namespace, batch, isFirst: false });
      } catch (error) {
        kill(cursor);
        throw error;
      } finally {
        cursor.isBusy = false;
        cursor.usedAt = now();
      }
    },
    kill: (id: bigint): boolean => {
      const cursor = open.get(id);
      if (cursor !== undefined) kill(cursor);
      return cursor !== undefined;
    },
    killOwned: (owner: object): void => {
      for (const cursor of open.values()) if (cursor.owner === owner) kill(cursor);
    },
    sweep,
    size: () => open.size,
  };
}

/** One more than the batch needs tells whether the cursor is exhausted, which saves the client a round trip. */
function nextPage(batchSize: number, have: number): number {
  return Math.min(PAGE, batchSize - have + 1);
}

/** What goes wrong while a stream is given up concerns nobody any more. */
function closeSource(source: DocumentSource): void {
  void Promise.resolve(source.close?.()).catch(() => undefined);
}

function notFound(id: bigint): MongoError {
  return new MongoError(43, 'CursorNotFound', `cursor id ${id} not found`);
}
