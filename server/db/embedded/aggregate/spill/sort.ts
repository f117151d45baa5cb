/** Sorting a stream of any length: in memory while it fits, else as sorted runs on disk that are merged. Stable. */
import { type Doc } from '../../values/codec.ts';
import { sizeOf } from '../accumulate/size.ts';
import { canSpill, refuseToSpill, type StageContext } from '../stage.ts';
import { createSpillFile, mergeSorted, type Run, type SpillFile } from './file.ts';

export interface DocOrder<K> {
  readonly keysOf: (doc: Doc) => K;
  readonly compare: (a: K, b: K) => number;
}

interface Held<K> {
  readonly keys: K;
  readonly doc: Doc;
}

type SortContext = Pick<StageContext, 'env' | 'pace' | 'budget' | 'limit'>;

/** Sorting this many at a time stays far below a time slice. */
const CHUNK = 4096;

export async function* sortStream<K>(
  source: AsyncIterable<Doc>,
  order: DocOrder<K>,
  context: SortContext,
  name = '$sort',
): AsyncGenerator<Doc> {
  const { env, pace, budget, limit } = context;
  const compare = (a: Held<K>, b: Held<K>): number => order.compare(a.keys, b.keys);
  let chunks: Held<K>[][] = [];
  let current: Held<K>[] = [];
  let heldBytes = 0;
  let file: SpillFile | undefined;
  const runs: Run[] = [];

  const release = (): void => {
    budget.usedBytes -= heldBytes;
    heldBytes = 0;
    chunks = [];
    current = [];
  };
  const closeChunk = (): void => {
    if (current.length > 0) chunks.push(current.sort(compare));
    current = [];
  };
  /** With a limit, only the first few of what is held can ever be asked for. */
  async function prune(most: number): Promise<void> {
    const kept = await collect(mergeSorted(chunks.map(iteratorOf), compare), most);
    release();
    chunks = [kept];
    for (const { doc } of kept) heldBytes += sizeOf(doc);
    budget.usedBytes += heldBytes;
  }
  async function spill(): Promise<void> {
    if (!canSpill(env)) refuseToSpill(name);
    closeChunk();
    file ??= createSpillFile(env.spillDir ?? '', pace);
    runs.push(await file.write(docsOf(mergeSorted(chunks.map(iteratorOf), compare))));
    release();
  }

  try {
    for await (const doc of source) {
      const bytes = 96 + sizeOf(doc);
      current.push({ keys: order.keysOf(doc), doc });
      heldBytes += bytes;
      budget.usedBytes += bytes;
      if (current.length >= CHUNK) {
        closeChunk();
        if (limit !== undefined && limit <= CHUNK * 4 && chunks.length > 8) await prune(limit);
      }
      // A tenth at least, so that a neighbour that holds much does not make the runs tiny.
      if (budget.usedBytes > budget.limitBytes && heldBytes > budget.limitBytes / 10) {
        closeChunk();
        if (limit !== undefined) await prune(limit);
        if (heldBytes > budget.limitBytes / 10) await spill();
      }
      const rest = pace.due();
      if (rest) await rest;
    }
    closeChunk();
    const inMemory = chunks.length === 1 ? iteratorOf(chunks[0]!) : mergeSorted(chunks.map(iteratorOf), compare);
    const spilled = runs.map((run) => withKeys(file!.read(run), order));
    const sorted =
      spilled.length === 0 ? { [Symbol.asyncIterator]: () => inMemory } : mergeSorted([...spilled, inMemory], compare);
    for await (const { doc } of sorted) {
      const rest = pace.due();
      if (rest) await rest;
      yield doc;
    }
  } finally {
    release();
    await file?.close();
  }
}

async function* withKeys<K>(docs: AsyncIterable<Doc>, order: DocOrder<K>): AsyncGenerator<Held<K>> {
  for await (const doc of docs) yield { keys: order.keysOf(doc), doc };
}

async function* docsOf<K>(held: AsyncIterable<Held<K>>): AsyncGenerator<Doc> {
  for await (const { doc } of held) yield doc;
}

function iteratorOf<T>(items: readonly T[]): AsyncIterator<T> {
  let at = 0;
  return {
    next: () =>
      Promise.resolve(at < items.length ? { value: items[at++]!, done: false } : { value: undefined, done: true }),
  };
}

async function collect<T>(items: AsyncIterable<T>, most: number): Promise<T[]> {
  const kept: T[] = [];
  for await (const item of items) {
    if (kept.length >= most) break;
    kept.push(item);
  }
  return kept;
}
