/** update: a list of statements, each on one document or on all that fit. */
import { evaluateLet } from '../aggregate/options.ts';
import { failedToParse, MongoError } from '../errors.ts';
import { checkBson } from '../store/raw-bson.ts';
import { decodeExact, type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { arrayArgument, docArgument, isSet, nameArgument } from './arguments.ts';
import { changeDocuments, type ChangeSpec } from './change.ts';
import { type Command, type CommandContext } from './context.ts';
import { writeError, type WriteError } from './write-error.ts';

export const update: Command = async (context) => {
  const { command, db, work } = context;
  const name = nameArgument(command, 'update');
  const statements = statementsOf(context, 'updates');
  const isOrdered = command.ordered !== false;
  const variables = evaluateLet(command.let);
  const upserted: Doc[] = [];
  const writeErrors: WriteError[] = [];
  let n = 0;
  let nModified = 0;
  for (const [index, read] of statements.entries()) {
    if (work.shouldBreathe()) await work.breathe();
    try {
      const spec = { ...readUpdate(read()), variables, skipsValidation: command.bypassDocumentValidation === true };
      const outcome = await changeDocuments(context, db, name, spec);
      if (outcome.upsertedId !== undefined) upserted.push({ index, _id: outcome.upsertedId });
      n += outcome.upsertedId === undefined ? outcome.matched : 1;
      nModified += outcome.modified;
    } catch (error) {
      writeErrors.push(writeError(error, index));
      if (isOrdered) break;
    }
  }
  return {
    n,
    nModified,
    ...(upserted.length > 0 ? { upserted } : {}),
    ...(writeErrors.length > 0 ? { writeErrors } : {}),
    ok: 1,
  };
};

/** The statements of a batch of writes, from the document sequence or from the command itself; each is read when its turn comes. */
export function statementsOf({ command, sequences }: CommandContext, key: string): readonly (() => Doc)[] {
  const raws = sequences.get(key);
  const statements =
    raws?.map((raw) => () => {
      checkBson(raw);
      return decodeExact(raw);
    }) ?? (arrayArgument(command, key) ?? []).filter(isPlainObject).map((doc) => () => doc);
  if (statements.length === 0 || statements.length > 100_000)
    throw new MongoError(
      16,
      'InvalidLength',
      `Write batch sizes must be between 1 and 100000. Got ${statements.length} operations.`,
    );
  return statements;
}

function readUpdate(statement: Doc): ChangeSpec {
  return {
    filter: docArgument(statement, 'q') ?? {},
    update: updateArgument(statement.u),
    isMulti: isSet(statement, 'multi'),
    isUpsert: isSet(statement, 'upsert'),
    sort: docArgument(statement, 'sort'),
    hint: statement.hint,
    arrayFilters: arrayFiltersOf(statement),
    command: statement,
  };
}

export function updateArgument(update: unknown): Doc | readonly Doc[] {
  if (isPlainObject(update)) return update;
  if (Array.isArray(update) && update.every(isPlainObject)) return update;
  throw failedToParse('Update argument must be either an object or an array');
}

export function arrayFiltersOf(command: Doc): readonly Doc[] | undefined {
  return arrayArgument(command, 'arrayFilters')?.filter(isPlainObject);
}
