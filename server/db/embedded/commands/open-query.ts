/** From a filter in a command to rows: reads the collation, makes the plan, starts the query. */
import { matchOptions } from '../aggregate/options.ts';
import { choosePlan } from '../plan/choose.ts';
import { type Interval } from '../plan/intervals.ts';
import { type Plan } from '../plan/plan.ts';
import { createQuery, type Query } from '../plan/query.ts';
import { type MatchOptions } from '../match/compile.ts';
import { type Collection } from '../store/catalog.ts';
import { type DataFile } from '../store/file.ts';
import { type Index } from '../store/index-spec.ts';
import { type Work } from '../store/work.ts';
import { type Doc } from '../values/codec.ts';
import { isPlainObject, typeRank, RANK } from '../values/types.ts';
import { encodeKey } from '../values/keys.ts';
import { collationArgument } from './arguments.ts';
import { type Engine } from './context.ts';

export interface QuerySpec {
  readonly filter: Doc;
  readonly sort?: Doc | undefined;
  readonly skip?: number | undefined;
  readonly limit?: number | undefined;
  readonly hint?: unknown;
  /** Where `collation` stands, when it does. */
  readonly command: Doc;
  readonly variables?: Doc | undefined;
  readonly wantsArrayIndex?: boolean | undefined;
}

export interface OpenQuery {
  readonly query: Query;
  readonly plan: Plan;
  readonly match: MatchOptions;
}

export function openQuery(
  { engine, work }: { readonly engine: Engine; readonly work: Work },
  collection: Collection,
  spec: QuerySpec,
): OpenQuery {
  const { plan, match } = planQuery(engine, collection, spec);
  const { file } = engine;
  return { plan, match, query: createQuery({ ...spec, file, collection, plan, match, work }) };
}

export function planQuery(
  engine: Engine,
  collection: Collection,
  spec: QuerySpec,
): { readonly plan: Plan; readonly match: MatchOptions } {
  const { filter, sort, hint, command, variables } = spec;
  const { collation, spec: collationSpec } = collationArgument(command, collection.options);
  const match = matchOptions(variables, collation);
  const direct = directId(collection, spec);
  const plan =
    direct !== undefined
      ? idPlan(direct)
      : choosePlan({
          collection,
          filter,
          sort,
          hint,
          collationSpec,
          collation,
          estimate: (index, intervals) => estimateKeys(engine.file, index, intervals),
        });
  return { plan, match };
}

/** `{ _id: value }` is most of what is asked: it needs no planner. Gives the key of that one document. */
export function directId(collection: Collection, spec: QuerySpec): Buffer | undefined {
  if (spec.hint !== undefined || collection.options.collation !== undefined) return undefined;
  return spec.command.collation === undefined ? idKeyOf(spec.filter) : undefined;
}

function idKeyOf(filter: Doc): Buffer | undefined {
  const id = filter._id;
  if (id === undefined || id === null || Object.keys(filter).length !== 1) return undefined;
  if (typeof id === 'string') return encodeKey(id);
  const rank = typeRank(id);
  if (rank === RANK.regex || rank === RANK.array || isPlainObject(id) || Number.isNaN(id)) return undefined;
  return encodeKey(id);
}

function idPlan(key: Buffer): Plan {
  return {
    kind: 'id',
    intervals: [{ low: key, high: key }],
    arePoints: true,
    isReversed: false,
    isSorted: true,
    isExact: true,
  };
}

/** More keys than this are simply many. */
const MANY = 500;
const MAX_ESTIMATED_INTERVALS = 8;

function estimateKeys(file: DataFile, index: Index, intervals: readonly Interval[]): number {
  let keys = 0;
  for (const { low, high } of intervals.slice(0, MAX_ESTIMATED_INTERVALS)) {
    const condition = high === null ? 'k>=?' : 'k>=? and k<?';
    const row = file
      .statement(`select count(*) n from (select 1 from ${index.table} where ${condition} limit ${MANY})`)
      .get(high === null ? [low] : [low, high]);
    keys += Number(row?.n);
  }
  return (keys * intervals.length) / Math.min(intervals.length, MAX_ESTIMATED_INTERVALS);
}
