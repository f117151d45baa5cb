/** Runs pipelines over documents at hand. Documents are written in strict Extended JSON where their types matter. */
import { tmpdir } from 'node:os';
import { EJSON } from 'bson';
import { type PipelineEnv } from '../../../server/db/embedded/aggregate/env.ts';
import { matchOptions } from '../../../server/db/embedded/aggregate/options.ts';
import { runPipeline } from '../../../server/db/embedded/aggregate/pipeline.ts';
import { MongoError } from '../../../server/db/embedded/errors.ts';
import { compileMatch } from '../../../server/db/embedded/match/compile.ts';
import { createSorter } from '../../../server/db/embedded/sort/sorter.ts';
import { decodeExact, type Doc, encode } from '../../../server/db/embedded/values/codec.ts';

export type Collections = Readonly<Record<string, readonly Doc[]>>;

/** Plain values as the engine would hold them: numbers get the wrappers that storing and reading gives them. */
export const exact = (doc: Doc): Doc => decodeExact(encode(doc));

export async function* streamOf(docs: readonly Doc[]): AsyncGenerator<Doc> {
  for (const doc of docs) yield await Promise.resolve(exact(doc));
}

export function envOf(collections: Collections = {}, extra: Partial<PipelineEnv> = {}): PipelineEnv {
  return {
    db: 'test',
    coll: 'c',
    spillDir: tmpdir(),
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    read: ({ coll }, filter, options = {}) => {
      const matches = compileMatch(filter, matchOptions(options.variables));
      let found = (collections[coll] ?? []).map(exact).filter((doc) => matches(doc));
      if (options.sort) {
        const sorter = createSorter(options.sort);
        found = found.sort((a, b) => sorter.compare(sorter.keysOf(a), sorter.keysOf(b)));
      }
      const from = options.skip ?? 0;
      return streamOf(found.slice(from, options.limit === undefined ? undefined : from + options.limit));
    },
    ...extra,
  };
}

export async function aggregate(
  stages: readonly Doc[],
  docs: readonly Doc[],
  collections: Collections = {},
  extra: Partial<PipelineEnv> = {},
): Promise<Doc[]> {
  const found: Doc[] = [];
  for await (const doc of runPipeline(stages.map(exact), streamOf(docs), envOf(collections, extra))) found.push(doc);
  return found;
}

/** Documents as strict Extended JSON, so that an int is not taken for a double. */
export const strict = (value: unknown): unknown => JSON.parse(EJSON.stringify(value, { relaxed: false })) as unknown;
export const relaxed = (value: unknown): unknown => JSON.parse(EJSON.stringify(value, { relaxed: true })) as unknown;

/** The code of the MongoError that the work ends with; fails when it does not. */
export async function codeOf(work: () => Promise<unknown>): Promise<number> {
  try {
    await work();
  } catch (error) {
    if (error instanceof MongoError) return error.code;
    throw error;
  }
  throw new Error('expected an error, there was none');
}
