/** A stream that is read more than once: kept in memory while it fits, on disk beyond that. */
import { type Doc } from '../../values/codec.ts';
import { sizeOf } from '../accumulate/size.ts';
import { canSpill, refuseToSpill, type StageContext } from '../stage.ts';
import { createSpillFile, type Run, type SpillFile } from './file.ts';

export interface Spool {
  readonly count: number;
  readonly read: () => AsyncGenerator<Doc>;
  readonly close: () => Promise<void>;
}

export async function spoolStream(
  source: AsyncIterable<Doc>,
  context: Pick<StageContext, 'env' | 'pace' | 'budget'>,
  name: string,
): Promise<Spool> {
  const { env, pace, budget } = context;
  let held: Doc[] = [];
  let heldBytes = 0;
  let count = 0;
  let file: SpillFile | undefined;
  const runs: Run[] = [];

  async function spill(): Promise<void> {
    if (!canSpill(env)) refuseToSpill(name);
    file ??= createSpillFile(env.spillDir ?? '', pace);
    runs.push(await file.write(held));
    held = [];
    budget.usedBytes -= heldBytes;
    heldBytes = 0;
  }
  async function close(): Promise<void> {
    budget.usedBytes -= heldBytes;
    heldBytes = 0;
    held = [];
    await file?.close();
  }
  async function* read(): AsyncGenerator<Doc> {
    for (const run of runs) if (file) yield* file.read(run);
    for (const doc of held) {
      const rest = pace.due();
      if (rest) await rest;
      yield doc;
    }
  }
  try {
    for await (const doc of source) {
      const bytes = 8 + sizeOf(doc);
      held.push(doc);
      count++;
      heldBytes += bytes;
      budget.usedBytes += bytes;
      if (budget.usedBytes > budget.limitBytes && heldBytes > budget.limitBytes / 10) await spill();
      const rest = pace.due();
      if (rest) await rest;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { count, read, close };
}
