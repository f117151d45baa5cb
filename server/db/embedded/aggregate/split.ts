/**
 * What the planner can take over from the front of a pipeline: leading `$match`, `$sort`, `$skip` and `$limit` become
 * a query it can serve from an index, and a count needs no document at all.
 */
import { Double } from 'bson';
import { type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { type Namespace } from './env.ts';
import { asNumber, fromBigInt, isNumeric } from './expression/numbers.ts';
import { setField } from './expression/values.ts';
import { narrowFilter } from './narrow.ts';
import { needObject } from './stage.ts';
import { limitOf, skipOf } from './stages/limits.ts';
import { checkSort } from './stages/checksort.ts';
import { mergeTarget, outTarget } from './stages/target.ts';
import { checkOrder, checkStages } from './validate.ts';

export interface SplitPipeline {
  readonly filter: Doc;
  readonly sort?: Doc;
  readonly skip?: number;
  readonly limit?: number;
  /** The stages left to `runPipeline`; empty means the stored bytes can be answered as they are. */
  readonly rest: readonly Doc[];
  /** When `rest` only counts (countDocuments): makes the one answer from the number of documents; null for none. */
  readonly count?: (n: number) => Doc | null;
}

/** `variables` (the evaluated `let`) help to turn `$expr` equalities into conditions that an index can serve. */
export function splitPipeline(stages: readonly Doc[], variables?: Doc): SplitPipeline {
  checkOrder(checkStages(stages));
  const filters: Doc[] = [];
  let sort: Doc | undefined;
  let skip: number | undefined;
  let limit: number | undefined;
  let at = 0;
  for (; at < stages.length; at++) {
    const stage = stages[at] ?? {};
    const [name = ''] = Object.keys(stage);
    const spec = stage[name];
    const isCut = skip !== undefined || limit !== undefined;
    if (name === '$match' && !isCut) filters.push(needObject(spec, 15959, 'the match filter must be an object'));
    else if (name === '$sort' && !isCut && !sort) sort = checkSort(spec);
    else if (name === '$skip' && !isCut) skip = skipOf(spec);
    else if (name === '$limit') limit = Math.min(limit ?? Infinity, limitOf(spec));
    else break;
  }
  const rest = stages.slice(at);
  const count = countOf(rest);
  return {
    filter: narrowFilter(conjunction(filters), variables),
    rest,
    ...(sort === undefined ? {} : { sort }),
    ...(skip === undefined ? {} : { skip }),
    ...(limit === undefined ? {} : { limit }),
    ...(count === undefined ? {} : { count }),
  };
}

function conjunction(filters: readonly Doc[]): Doc {
  const [first = {}] = filters;
  return filters.length > 1 ? { $and: filters } : first;
}

/** `{ $group: { _id: <constant>, n: { $sum: 1 } } }` and `{ $count: 'n' }`. */
function countOf(rest: readonly Doc[]): SplitPipeline['count'] {
  const [stage] = rest;
  if (stage === undefined || rest.length > 1) return undefined;
  const { $count: name, $group: group } = stage;
  if (typeof name === 'string' && name !== '' && !/^\$|\./.test(name))
    return (n) => {
      const made: Doc = {};
      setField(made, name, fromBigInt(BigInt(n), 'int'));
      return n === 0 ? null : made;
    };
  if (!isPlainObject(group)) return undefined;
  const keys = Object.keys(group);
  const [id, field = ''] = keys;
  const counted = group[field];
  if (keys.length !== 2 || id !== '_id' || !isConstant(group._id) || !isPlainObject(counted) || /^\$|\./.test(field))
    return undefined;
  const isSumOfOnes = Object.keys(counted).join() === '$sum' && isOne(counted.$sum);
  const isCount =
    Object.keys(counted).join() === '$count' &&
    isPlainObject(counted.$count) &&
    Object.keys(counted.$count).length === 0;
  if (!isSumOfOnes && !isCount) return undefined;
  return (n) => {
    const made: Doc = { _id: group._id };
    setField(made, field, fromBigInt(BigInt(n), 'int'));
    return n === 0 ? null : made;
  };
}

const isOne = (value: unknown): boolean => isNumeric(value) && !(value instanceof Double) && asNumber(value) === 1;

function isConstant(value: unknown): boolean {
  return (
    value === null ||
    typeof value === 'boolean' ||
    isNumeric(value) ||
    (typeof value === 'string' && !value.startsWith('$'))
  );
}

/** Where the pipeline writes ($out, $merge), or undefined when it only reads. */
export function writeTarget(stages: readonly Doc[], db: string): Namespace | undefined {
  const last = stages.at(-1);
  if (!isPlainObject(last)) return undefined;
  if (Object.hasOwn(last, '$out')) return outTarget(last.$out, db);
  return Object.hasOwn(last, '$merge') ? mergeTarget(last.$merge, db) : undefined;
}
