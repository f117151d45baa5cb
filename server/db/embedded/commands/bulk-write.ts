/** bulkWrite: operations on many collections in one command, as the driver's client.bulkWrite sends them. */
import { evaluateLet } from '../aggregate/options.ts';
import { badValue, failedToParse, MongoError } from '../errors.ts';
import { encode, type Doc } from '../values/codec.ts';
import { isPlainObject, toNumber } from '../values/types.ts';
import { docArgument, isSet } from './arguments.ts';
import { arrayFiltersOf, statementsOf, updateArgument } from './update.ts';
import { changeDocuments } from './change.ts';
import { deleteDocuments } from './delete.ts';
import { ensureCollection, type Command, type CommandContext } from './context.ts';
import { insertOne } from './insert.ts';
import { writeError } from './write-error.ts';

interface Totals {
  nErrors: number;
  nInserted: number;
  nUpserted: number;
  nMatched: number;
  nModified: number;
  nDeleted: number;
}

export const bulkWrite: Command = async (context) => {
  const { command, engine, work } = context;
  const operations = statementsOf(context, 'ops');
  const namespaces = statementsOf(context, 'nsInfo').map((read) => String(read().ns));
  const totals: Totals = { nErrors: 0, nInserted: 0, nUpserted: 0, nMatched: 0, nModified: 0, nDeleted: 0 };
  const results: Doc[] = [];
  for (const [idx, read] of operations.entries()) {
    if (work.shouldBreathe()) await work.breathe();
    try {
      results.push({ ok: 1, idx, ...(await carryOut(context, read(), namespaces, totals)) });
    } catch (error) {
      const { index: _index, codeName: _codeName, ...detail } = writeError(error, idx);
      totals.nErrors++;
      results.push({ ok: 0, idx, ...detail, n: 0 });
      if (command.ordered !== false) break;
    }
  }
  let documents = (isSet(command, 'errorsOnly') ? results.filter(({ ok }) => ok === 0) : results).map(encode);
  return engine.cursors.start(
    {
      next: (maxDocuments) => {
        const page = documents.slice(0, maxDocuments);
        documents = documents.slice(maxDocuments);
        return Promise.resolve(page);
      },
    },
    { namespace: 'admin.$cmd.bulkWrite', batchSize: undefined, extra: { ...totals }, owner: context.transaction },
    work,
  );
};

async function carryOut(
  context: CommandContext,
  operation: Doc,
  namespaces: readonly string[],
  totals: Totals,
): Promise<Doc> {
  const [kind = '', at] = Object.entries(operation)[0] ?? [];
  const namespace = namespaces[toNumber(at)];
  if (namespace === undefined) throw badValue(`BulkWrite ${kind} has no namespace`);
  const dot = namespace.indexOf('.');
  const db = namespace.slice(0, dot);
  const name = namespace.slice(dot + 1);
  const variables = evaluateLet(context.command.let);
  const skipsValidation = context.command.bypassDocumentValidation === true;
  const base = { filter: docArgument(operation, 'filter') ?? {}, hint: operation.hint, command: operation, variables };
  switch (kind) {
    case 'insert': {
      if (!isPlainObject(operation.document)) throw failedToParse('insert needs a document');
      insertOne(context, ensureCollection(context, db, name), encode(operation.document), skipsValidation);
      totals.nInserted++;
      return { n: 1 };
    }
    case 'update': {
      const outcome = await changeDocuments(context, db, name, {
        ...base,
        skipsValidation,
        update: updateArgument(operation.updateMods),
        isMulti: isSet(operation, 'multi'),
        isUpsert: isSet(operation, 'upsert'),
        arrayFilters: arrayFiltersOf(operation),
        sort: docArgument(operation, 'sort'),
      });
      totals.nModified += outcome.modified;
      if (outcome.upsertedId !== undefined) {
        totals.nUpserted++;
        return { n: 1, nModified: 0, upserted: { _id: outcome.upsertedId } };
      }
      totals.nMatched += outcome.matched;
      return { n: outcome.matched, nModified: outcome.modified };
    }
    case 'delete': {
      const n = await deleteDocuments(context, db, name, base, !isSet(operation, 'multi'));
      totals.nDeleted += n;
      return { n };
    }
    default:
      throw new MongoError(40415, 'Location40415', `BSON field 'bulkWrite.ops.${kind}' is an unknown field.`);
  }
}
