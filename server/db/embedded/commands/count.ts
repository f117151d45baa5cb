/** count and distinct. Where an index says it all, no document is read. */
import { evaluateLet } from '../aggregate/options.ts';
import { createQuery } from '../plan/query.ts';
import { type Interval } from '../plan/intervals.ts';
import { type Plan } from '../plan/plan.ts';
import { type Collection } from '../store/catalog.ts';
import { bytesOf } from '../sqlite.ts';
import { decodeExact } from '../values/codec.ts';
import { encodeKey } from '../values/keys.ts';
import { compareValues } from '../values/order.ts';
import { splitPath, walkPath } from '../values/paths.ts';
import { collationArgument, countArgument, docArgument, nameArgument, numberArgument } from './arguments.ts';
import { type Command, type CommandContext } from './context.ts';
import { openQuery, planQuery, type QuerySpec } from './open-query.ts';
import { MongoError } from '../errors.ts';

export const count: Command = async (context) => {
  const { command, engine, db } = context;
  const collection = engine.catalog.find(db, nameArgument(command, 'count'));
  const filter = docArgument(command, 'query') ?? {};
  const skip = countArgument(command, 'skip') ?? 0;
  const limit = Math.abs(numberArgument(command, 'limit') ?? 0);
  if (collection === undefined) return { n: 0, ok: 1 };
  const n = await countDocuments(context, collection, { filter, hint: command.hint, command });
  const rest = Math.max(0, n - skip);
  return { n: limit === 0 ? rest : Math.min(rest, limit), ok: 1 };
};

type Parts = Pick<CommandContext, 'engine' | 'work'>;

export async function countDocuments(parts: Parts, collection: Collection, spec: QuerySpec): Promise<number> {
  if (Object.keys(spec.filter).length === 0 && spec.hint === undefined) return countAll(parts, collection);
  const { plan, match } = planQuery(parts.engine, collection, spec);
  const covered = await countCovered(parts, plan);
  if (covered !== undefined) return covered;
  const query = createQuery({ ...spec, file: parts.engine.file, collection, plan, match, work: parts.work });
  let n = 0;
  for (;;) {
    const page = await query.next(128);
    if (page.length === 0) return n;
    n += page.length;
  }
}

/** Keys counted at once; a hundred thousand take about five milliseconds. */
const KEYS_PER_STEP = 50_000;

async function countAll({ engine, work }: Parts, collection: Collection): Promise<number> {
  work.enter();
  if (collection.documentCount !== undefined) return collection.documentCount;
  for (;;) {
    const changes = collection.changes;
    let n = 0;
    let after: Buffer = Buffer.alloc(0);
    for (;;) {
      await work.breathe();
      work.enter();
      const row = engine.file
        .statement(
          `select count(*) n, max(k) k from (select k from ${collection.table} where k>? order by k limit ${KEYS_PER_STEP})`,
        )
        .get([after]);
      const step = Number(row?.n);
      n += step;
      if (step < KEYS_PER_STEP) break;
      after = bytesOf(row?.k);
    }
    if (collection.changes !== changes) {
      // Others wrote in the meantime: good enough for an answer, not for the books.
      return n;
    }
    if (!work.isInTransaction) collection.documentCount = n;
    return n;
  }
}

async function countCovered({ engine, work }: Parts, plan: Plan): Promise<number | undefined> {
  if (plan.kind !== 'index' || !plan.isExact || plan.needsDedup) return undefined;
  let n = 0;
  for (const interval of plan.intervals) n += await countKeys({ engine, work }, plan.index.table, interval);
  return n;
}

async function countKeys({ engine, work }: Parts, table: string, { low, high }: Interval): Promise<number> {
  let n = 0;
  let after: { readonly key: Buffer; readonly row: number } | undefined;
  for (;;) {
    await work.breathe();
    work.enter();
    const from: string = after === undefined ? 'k>=?' : '(k, rid)>(?, ?)';
    const until = high === null ? '' : ' and k<?';
    const position: (Buffer | number)[] = after === undefined ? [low] : [after.key, after.row];
    const page = `from ${table} where ${from}${until} order by k, rid`;
    const values = high === null ? position : [...position, high];
    const step = Number(
      engine.file.statement(`select count(*) n from (select 1 ${page} limit ${KEYS_PER_STEP})`).get(values)?.n,
    );
    n += step;
    if (step < KEYS_PER_STEP) return n;
    const last = engine.file.statement(`select k, rid ${page} limit 1 offset ${KEYS_PER_STEP - 1}`).get(values);
    after = { key: bytesOf(last?.k), row: Number(last?.rid) };
  }
}

const DISTINCT_LIMIT_BYTES = 16 * 1024 * 1024;

export const distinct: Command = async (context) => {
  const { command, engine, db } = context;
  const collection = engine.catalog.find(db, nameArgument(command, 'distinct'));
  const key = command.key;
  if (typeof key !== 'string')
    throw new MongoError(40414, 'Location40414', "BSON field 'distinct.key' is missing but a required field");
  if (collection === undefined) return { values: [], ok: 1 };
  const { collation } = collationArgument(command, collection.options);
  const values = new Map<string, unknown>();
  const parts = splitPath(key);
  const { query } = openQuery(context, collection, {
    filter: docArgument(command, 'query') ?? {},
    hint: command.hint,
    command,
    variables: evaluateLet(command.let),
  });
  let bytes = 0;
  for (;;) {
    const page = await query.next(128);
    if (page.length === 0) break;
    for (const { raw } of page)
      walkPath(decodeExact(raw), parts, true, (value) => {
        if (value === undefined || Array.isArray(value)) return false;
        const id = encodeKey(value, collation);
        const text = id.toString('latin1');
        if (!values.has(text)) {
          values.set(text, value);
          bytes += id.length;
        }
        return false;
      });
    if (bytes > DISTINCT_LIMIT_BYTES) throw new MongoError(17217, 'Location17217', 'distinct too big, 16mb cap');
  }
  return { values: [...values.values()].sort((a, b) => compareValues(a, b, collation)), ok: 1 };
};
