/** Sizes and counts: collStats, dbStats, $collStats and $indexStats. Sizes of documents are estimated from a sample. */
import { hostname } from 'node:os';
import { type Collection } from '../store/catalog.ts';
import { type Work } from '../store/work.ts';
import { type Doc } from '../values/codec.ts';
import { toNumber } from '../values/types.ts';
import { isTrue } from '../store/index-spec.ts';
import { nameArgument } from './arguments.ts';
import { type Command, type Engine } from './context.ts';
import { countDocuments } from './count.ts';

interface Parts {
  readonly engine: Engine;
  readonly work: Work;
}

export async function collectionStats(parts: Parts, db: string, name: string): Promise<Doc> {
  const collection = parts.engine.catalog.find(db, name);
  const ns = `${db}.${name}`;
  if (collection === undefined)
    return { ns, count: 0, size: 0, storageSize: 0, totalIndexSize: 0, nindexes: 0, capped: false };
  const count = await countDocuments(parts, collection, { filter: {}, command: {} });
  const size = Math.round(count * averageBytes(parts.engine, collection));
  const isCapped = isTrue(collection.options.capped);
  return {
    ns,
    count,
    size,
    avgObjSize: count === 0 ? 0 : Math.round(size / count),
    storageSize: size,
    totalIndexSize: 0,
    totalSize: size,
    nindexes: collection.indexes.length + 1,
    indexSizes: {},
    capped: isCapped,
    ...(isCapped
      ? { max: toNumber(collection.options.max ?? 0), maxSize: toNumber(collection.options.size ?? 0) }
      : {}),
    scaleFactor: 1,
  };
}

function averageBytes({ file }: Engine, { table }: Collection): number {
  const row = file.prepare(`select avg(length(d)) a from (select d from ${table} order by rid desc limit 200)`).get([]);
  return Number(row?.a ?? 0);
}

export function indexStats(engine: Engine, db: string, name: string): Doc[] {
  const collection = engine.catalog.find(db, name);
  if (collection === undefined) return [];
  const specs: Doc[] = [{ v: 2, key: { _id: 1 }, name: '_id_' }, ...collection.indexes.map(({ spec }) => spec)];
  return specs.map((spec) => ({
    name: spec.name,
    key: spec.key,
    host: hostname(),
    accesses: { ops: 0, since: engine.startedAt },
    spec,
  }));
}

export const collStats: Command = async (context) => {
  const name = nameArgument(context.command, Object.keys(context.command)[0]!);
  return { ...(await collectionStats(context, context.db, name)), ok: 1 };
};

export const dbStats: Command = async (context) => {
  const own = [...context.engine.catalog.all()].filter(({ db }) => db === context.db);
  let objects = 0;
  let dataSize = 0;
  let indexes = 0;
  for (const collection of own) {
    const stats = await collectionStats(context, context.db, collection.name);
    objects += toNumber(stats.count);
    dataSize += toNumber(stats.size);
    indexes += collection.indexes.length + 1;
  }
  return {
    db: context.db,
    collections: own.length,
    views: 0,
    objects,
    avgObjSize: objects === 0 ? 0 : dataSize / objects,
    dataSize,
    storageSize: dataSize,
    indexes,
    indexSize: 0,
    totalSize: dataSize,
    scaleFactor: 1,
    ok: 1,
  };
};
