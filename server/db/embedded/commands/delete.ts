/** delete: a list of statements, each on one document or on all that fit. */
import { evaluateLet } from '../aggregate/options.ts';
import { toNumber } from '../values/types.ts';
import { type Doc } from '../values/codec.ts';
import { docArgument, nameArgument } from './arguments.ts';
import { type Command, type CommandContext } from './context.ts';
import { type QuerySpec } from './open-query.ts';
import { forEachTarget, withFirst } from './targets.ts';
import { statementsOf } from './update.ts';
import { writeError, type WriteError } from './write-error.ts';

export const deleteCommand: Command = async (context) => {
  const { command, db, work } = context;
  const name = nameArgument(command, 'delete');
  const isOrdered = command.ordered !== false;
  const variables = evaluateLet(command.let);
  const writeErrors: WriteError[] = [];
  let n = 0;
  for (const [index, read] of statementsOf(context, 'deletes').entries()) {
    if (work.shouldBreathe()) await work.breathe();
    try {
      const statement = read();
      const spec = { filter: docArgument(statement, 'q') ?? {}, hint: statement.hint, command: statement, variables };
      n += await deleteDocuments(context, db, name, spec, toNumber(statement.limit) === 1);
    } catch (error) {
      writeErrors.push(writeError(error, index));
      if (isOrdered) break;
    }
  }
  return { n, ...(writeErrors.length > 0 ? { writeErrors } : {}), ok: 1 } satisfies Doc;
};

export async function deleteDocuments(
  { engine, work }: Pick<CommandContext, 'engine' | 'work'>,
  db: string,
  name: string,
  spec: QuerySpec,
  isOne: boolean,
): Promise<number> {
  const collection = engine.catalog.find(db, name);
  if (collection === undefined) return 0;
  let n = 0;
  const remove = ({ row, raw }: { readonly row: number; readonly raw: Buffer }): void => {
    work.touch();
    engine.records.remove(collection, row, raw);
    n++;
  };
  if (isOne)
    await withFirst({ engine, work }, collection, spec, (target) => {
      if (target !== undefined) remove(target);
    });
  else await forEachTarget({ engine, work }, collection, spec, remove);
  return n;
}
