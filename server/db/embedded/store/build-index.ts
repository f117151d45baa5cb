/**
 * Builds an index over the documents that are there, in turns. Writers maintain the index from its first moment, so a
 * document that changes behind the builder is right, and one that changes before it is met again and changes nothing.
 */
import { duplicateKey } from './duplicate.ts';
import { type Catalog, type Collection } from './catalog.ts';
import { type DataFile } from './file.ts';
import { type Index } from './index-spec.ts';
import { type Records } from './records.ts';
import { type Work } from './work.ts';
import { bytesOf } from '../sqlite.ts';
import { MongoError } from '../errors.ts';

export interface BuildDeps {
  readonly file: DataFile;
  readonly catalog: Pick<Catalog, 'addIndex' | 'readyIndex' | 'dropIndex'>;
  readonly records: Pick<Records, 'addToIndex'>;
}

const PAGE_BYTES = 4 * 1024 * 1024;

export async function buildIndex(
  { file, catalog, records }: BuildDeps,
  collection: Collection,
  spec: { readonly name: string; readonly spec: Record<string, unknown> },
  work: Work,
): Promise<Index> {
  work.touch();
  const index = catalog.addIndex(collection, spec.name, spec.spec);
  try {
    if (!index.isInert) await fill();
    work.touch();
    catalog.readyIndex(collection, index);
    return index;
  } catch (error) {
    if (!collection.isDropped && collection.indexes.includes(index)) {
      work.touch();
      catalog.dropIndex(collection, index);
    }
    throw error;
  }

  async function fill(): Promise<void> {
    let position = 0;
    for (;;) {
      if (work.shouldBreathe()) await work.breathe();
      if (collection.isDropped || !collection.indexes.includes(index)) throw aborted();
      work.touch();
      const rows = file
        .statement(`select rid, d from ${collection.table} where rid>? order by rid limit ?`)
        .all([position, Math.max(1, Math.min(128, Math.floor(PAGE_BYTES / collection.largestBytes)))]);
      if (rows.length === 0) break;
      for (const row of rows) {
        const raw = bytesOf(row.d);
        position = Number(row.rid);
        const taken = records.addToIndex(collection, index, position, raw);
        if (taken !== undefined) throw duplicateKey(collection, index, raw, taken);
      }
    }
    if (index.buildConflict !== undefined) throw index.buildConflict;
  }
}

const aborted = (): MongoError =>
  new MongoError(276, 'IndexBuildAborted', 'the index build was aborted: collection or index dropped');
