/**
 * Work nobody asked for by a command: documents whose TTL has passed, tables of dropped collections, index builds that a
 * crash cut off, cursors and transactions that were forgotten. Each goes in small steps and shares the commits of others.
 */
import { MongoError } from '../errors.ts';
import { type Collection } from '../store/catalog.ts';
import { sqliteCodeOf } from '../store/faults.ts';
import { type Index } from '../store/index-spec.ts';
import { createWork, type Work } from '../store/work.ts';
import { toNumber } from '../values/types.ts';
import { SCRATCH_PREFIX } from './write-back.ts';
import { deleteDocuments } from './delete.ts';
import { type Engine } from './context.ts';

export interface SweeperOptions {
  readonly ttlSweepMs: number;
  readonly onSweepError: (error: unknown) => void;
}

const IDLE_SWEEP_MS = 1000;
/** Rows of a dropped table removed at once. */
const TRASH_ROWS = 500;

export function startSweepers(engine: Engine, { ttlSweepMs, onSweepError }: SweeperOptions): () => void {
  let isStopped = false;
  const timers = [
    repeat(ttlSweepMs, () => sweepExpired(engine, createSweepWork())),
    repeat(IDLE_SWEEP_MS, async () => {
      engine.cursors.sweep();
      engine.transactions.sweep();
      await emptyTrash(engine, createSweepWork());
    }),
  ];
  void dropUnfinished(engine, createSweepWork()).catch(onSweepError);

  function createSweepWork(): Work {
    const { group, turns, overlay } = engine;
    return createWork({
      group,
      turns,
      overlay,
      buffer: undefined,
      deadlineMs: undefined,
      isCancelled: () => isStopped,
    });
  }

  function repeat(everyMs: number, act: () => Promise<void>): NodeJS.Timeout {
    let isBusy = false;
    const timer = setInterval(() => {
      if (isBusy || isStopped) return;
      isBusy = true;
      void act()
        .catch((error: unknown) => {
          if (engine.records.takeMidChange() || sqliteCodeOf(error) !== undefined) engine.group.poison(error);
          if (!isStopped) onSweepError(error);
        })
        .finally(() => {
          isBusy = false;
        });
    }, everyMs);
    timer.unref();
    return timer;
  }

  return () => {
    isStopped = true;
    for (const timer of timers) clearInterval(timer);
  };
}

async function sweepExpired(engine: Engine, work: Work): Promise<void> {
  for (const collection of [...engine.catalog.all()])
    for (const index of collection.indexes)
      if (index.isReady && index.spec.expireAfterSeconds !== undefined && index.fields.length === 1)
        await removeExpired(engine, work, collection, index);
}

async function removeExpired(engine: Engine, work: Work, { db, name }: Collection, index: Index): Promise<void> {
  const before = new Date(Date.now() - toNumber(index.spec.expireAfterSeconds) * 1000);
  const expired = { [index.fields[0]!.path]: { $lt: before, $type: 'date' } };
  const filter = index.partial === undefined ? expired : { $and: [index.partial.filter, expired] };
  try {
    await deleteDocuments({ engine, work }, db, name, { filter, command: {} }, false);
  } catch (error) {
    if (!(error instanceof MongoError)) throw error;
  }
}

async function emptyTrash({ file }: Engine, work: Work): Promise<void> {
  for (const { name } of file.prepare('select name from trash').all([])) {
    const table = String(name);
    const column = table.startsWith('d') ? 'rid' : 'k';
    for (;;) {
      await work.breathe();
      work.touch();
      const sql = `delete from ${table} where ${column} in (select ${column} from ${table} limit ${TRASH_ROWS})`;
      if (Number(file.prepare(sql).run([]).changes) < TRASH_ROWS) break;
    }
    work.touch();
    file.exec(`drop table ${table}`);
    file.prepare('delete from trash where name=?').run([table]);
    await work.settle();
  }
}

/** What a crash cut off: an index that was being built (whoever wants it asks again at start), the unfinished result of an $out. */
async function dropUnfinished(engine: Engine, work: Work): Promise<void> {
  for (const collection of [...engine.catalog.all()]) {
    const unfinished = collection.indexes.filter(({ isReady }) => !isReady);
    const isScratch = collection.name.startsWith(SCRATCH_PREFIX);
    if (isScratch || unfinished.length > 0) work.touch();
    if (isScratch) engine.catalog.drop(collection);
    else for (const index of unfinished) engine.catalog.dropIndex(collection, index);
  }
  await work.settle();
}
