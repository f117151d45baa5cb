/** findAndModify: changes or removes one document and answers it, as it was or as it is. */
import { evaluateFields, evaluateLet, matchOptions } from '../aggregate/options.ts';
import { failedToParse } from '../errors.ts';
import { compileProjection } from '../project/compile.ts';
import { decodeExact, type Doc } from '../values/codec.ts';
import { collationArgument, docArgument, isSet, nameArgument } from './arguments.ts';
import { changeDocuments } from './change.ts';
import { type Command, type CommandContext } from './context.ts';
import { checkSort } from './find.ts';
import { withFirst } from './targets.ts';
import { arrayFiltersOf, updateArgument } from './update.ts';

export const findAndModify: Command = async (context) => {
  const { command, db } = context;
  const name = nameArgument(command, Object.keys(command)[0] ?? '');
  const filter = docArgument(command, 'query') ?? {};
  const sort = docArgument(command, 'sort');
  checkSort(sort);
  const variables = evaluateLet(command.let);
  const spec = { filter, sort, hint: command.hint, command, variables };
  const project = projectionOf(context, name, variables);
  if (isSet(command, 'remove')) {
    if (command.update !== undefined || isSet(command, 'upsert'))
      throw failedToParse('Cannot specify both an update and remove=true');
    const removed = await removeFirst(context, name, spec);
    return {
      lastErrorObject: { n: removed === undefined ? 0 : 1 },
      value: removed === undefined ? null : project(removed),
      ok: 1,
    };
  }
  if (command.update === undefined) throw failedToParse('Either an update or remove=true must be specified');
  const outcome = await changeDocuments(context, db, name, {
    ...spec,
    update: updateArgument(command.update),
    isMulti: false,
    isUpsert: isSet(command, 'upsert'),
    arrayFilters: arrayFiltersOf(command),
    skipsValidation: command.bypassDocumentValidation === true,
  });
  const isUpserted = outcome.upsertedId !== undefined;
  const value = isSet(command, 'new') ? outcome.after : outcome.before;
  return {
    lastErrorObject: {
      n: isUpserted ? 1 : outcome.matched,
      updatedExisting: outcome.matched > 0,
      ...(isUpserted ? { upserted: outcome.upsertedId } : {}),
    },
    value: value === undefined ? null : project(value),
    ok: 1,
  };
};

function projectionOf(
  { command, engine, db }: CommandContext,
  name: string,
  variables: Doc | undefined,
): (raw: Buffer) => Doc {
  const { collation } = collationArgument(command, engine.catalog.find(db, name)?.options);
  const project = compileProjection(docArgument(command, 'fields'), {
    match: matchOptions(variables, collation),
    evaluate: (doc, spec) => evaluateFields(doc, spec, variables),
  });
  return (raw) => (project === null ? decodeExact(raw) : project(decodeExact(raw), {}));
}

async function removeFirst(
  { engine, work, db }: CommandContext,
  name: string,
  spec: Parameters<typeof withFirst>[2],
): Promise<Buffer | undefined> {
  const collection = engine.catalog.find(db, name);
  if (collection === undefined) return undefined;
  return withFirst({ engine, work }, collection, spec, (target) => {
    if (target === undefined) return undefined;
    work.touch();
    engine.records.remove(collection, target.row, target.raw);
    return target.raw;
  });
}
