/**
 * What an open transaction has changed, kept in memory and shown only to itself. Its writes are laid over the file inside a
 * savepoint while one of its commands reads or writes, and rolled back before anybody else does, so an open transaction
 * holds nothing up. Everybody calls `enter` at the beginning of each stretch that touches the file without a pause.
 */
import { MongoError } from '../errors.ts';
import { type Catalog, type Collection } from './catalog.ts';
import { type DataFile } from './file.ts';
import { type Batch, type CommitGroup } from './group.ts';
import { type Records } from './records.ts';

export interface BufferedWrite {
  readonly collection: Collection;
  readonly row: number;
  /** As committed when the transaction first touched it. */
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

/** One transaction's writes: at most one a document, the net of all it did. */
export interface WriteBuffer {
  readonly writes: Map<string, BufferedWrite>;
  /** Changes of others up to this one are part of what the transaction may have read. */
  readonly startedAt: number;
  /** Somebody else changed a document this transaction has changed: it cannot commit any more. */
  isDoomed: boolean;
}

export interface OverlayDeps {
  readonly file: DataFile;
  readonly group: CommitGroup;
  readonly catalog: Pick<Catalog, 'all'>;
  readonly records: Records;
  /** Told how long laying writes over took; what it is done for should go on for as long, or it would never get far. */
  readonly onLaidOver: (ms: number) => void;
}

export type Overlay = ReturnType<typeof createOverlay>;

/** Laying over and committing so many takes less than a tenth of a second. */
const MAX_WRITES = 4000;
/** Remembered changes of others while transactions are open. */
const MAX_REMEMBERED = 200_000;

const documentKey = (collection: Collection, row: number): string => `${collection.id}:${row}`;

function writeConflict(): MongoError {
  return new MongoError(
    112,
    'WriteConflict',
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
    { errorLabels: ['TransientTransactionError'] },
  );
}

export function createOverlay({ file, group, catalog, records, onLaidOver }: OverlayDeps) {
  const open = new Set<WriteBuffer>();
  const changedAt = new Map<string, number>();
  let clock = 1;
  /** Changes older than this are forgotten: transactions that began before must assume the worst. */
  let forgottenUpTo = 0;
  let shown: { readonly buffer: WriteBuffer; readonly batch: Batch; readonly restore: () => void } | undefined;
  let isReplaying = false;

  records.listen({
    changed: (collection, row, before, after) => {
      if (shown !== undefined && !isReplaying) capture(shown.buffer, { collection, row, before, after });
      else if (!isReplaying || shown === undefined) noteForeign(collection, row);
    },
  });

  function noteForeign(collection: Collection, row: number): void {
    if (open.size === 0) return;
    const key = documentKey(collection, row);
    if (changedAt.size >= MAX_REMEMBERED) {
      changedAt.clear();
      forgottenUpTo = clock;
    }
    changedAt.set(key, ++clock);
    for (const buffer of open) if (buffer !== committing && buffer.writes.has(key)) buffer.isDoomed = true;
  }

  let committing: WriteBuffer | undefined;

  function capture(buffer: WriteBuffer, write: BufferedWrite): void {
    const key = documentKey(write.collection, write.row);
    const known = buffer.writes.get(key);
    if (known === undefined && write.before !== undefined) claim(buffer, write.collection, write.row);
    if (known === undefined && buffer.writes.size >= MAX_WRITES)
      throw new MongoError(257, 'TransactionTooLarge', `a transaction may change at most ${MAX_WRITES} documents here`);
    const before = known === undefined ? write.before : known.before;
    if (before === undefined && write.after === undefined) buffer.writes.delete(key);
    else buffer.writes.set(key, { ...write, before });
  }

  /** Throws when somebody else changed the document since the transaction began, or is about to. */
  function claim(buffer: WriteBuffer, collection: Collection, row: number): void {
    const key = documentKey(collection, row);
    if (buffer.writes.has(key)) return;
    const isTaken = [...open].some((other) => other !== buffer && other.writes.has(key));
    const changed = changedAt.get(key) ?? 0;
    if (isTaken || buffer.startedAt < forgottenUpTo || changed > buffer.startedAt) throw writeConflict();
  }

  function replay(buffer: WriteBuffer): void {
    for (const { collection, row, before, after } of buffer.writes.values()) {
      if (collection.isDropped) throw writeConflict();
      if (before === undefined) records.insert(collection, after!, row);
      else if (after === undefined) records.remove(collection, row, before);
      else records.replace(collection, row, before, after);
    }
  }

  function hide(): void {
    if (shown === undefined) return;
    const { batch, restore } = shown;
    shown = undefined;
    // A batch that failed took the savepoint with it, and memory was loaded anew.
    if (group.current() !== batch) return;
    file.exec('ROLLBACK TO overlay; RELEASE overlay');
    restore();
  }

  function show(buffer: WriteBuffer): void {
    if (buffer.isDoomed) throw writeConflict();
    const began = performance.now();
    const batch = group.look();
    file.exec('SAVEPOINT overlay');
    shown = { buffer, batch, restore: rememberMemory(catalog) };
    isReplaying = true;
    try {
      replay(buffer);
    } catch (error) {
      hide();
      throw error instanceof MongoError ? writeConflict() : error;
    } finally {
      isReplaying = false;
    }
    onLaidOver(performance.now() - began);
  }

  return {
    claim,
    begin: (): WriteBuffer => {
      const buffer: WriteBuffer = { writes: new Map(), startedAt: clock, isDoomed: false };
      open.add(buffer);
      return buffer;
    },
    end: (buffer: WriteBuffer): void => {
      if (shown?.buffer === buffer) hide();
      open.delete(buffer);
      if (open.size === 0) changedAt.clear();
    },
    /** From here to the next pause the file is seen as this transaction (undefined: as everybody) sees it. */
    enter: (buffer: WriteBuffer | undefined): void => {
      if (shown?.buffer === buffer) return;
      hide();
      if (buffer !== undefined) show(buffer);
    },
    /** Makes the writes everybody's, in the open batch, all or none. */
    commit: (buffer: WriteBuffer): void => {
      hide();
      if (buffer.isDoomed) throw writeConflict();
      if (buffer.writes.size === 0) return;
      group.join();
      const restore = rememberMemory(catalog);
      file.exec('SAVEPOINT txn_commit');
      committing = buffer;
      try {
        replay(buffer);
        file.exec('RELEASE txn_commit');
      } catch (error) {
        if (!(error instanceof MongoError)) throw error;
        file.exec('ROLLBACK TO txn_commit; RELEASE txn_commit');
        restore();
        throw writeConflict();
      } finally {
        committing = undefined;
      }
    },
  };
}

/** What the catalogue holds in memory about collections, to be put back when a savepoint is rolled back. */
function rememberMemory(catalog: Pick<Catalog, 'all'>): () => void {
  const states = [...catalog.all()].map((collection) => ({
    collection,
    documentCount: collection.documentCount,
    largestBytes: collection.largestBytes,
    changes: collection.changes,
    multikeys: collection.indexes.map((index) => ({ index, multikey: index.multikey })),
  }));
  return () => {
    for (const { collection, documentCount, largestBytes, changes, multikeys } of states) {
      collection.documentCount = documentCount;
      collection.largestBytes = largestBytes;
      if (collection.changes !== changes) collection.changes++;
      for (const { index, multikey } of multikeys) index.multikey = multikey;
    }
  };
}
