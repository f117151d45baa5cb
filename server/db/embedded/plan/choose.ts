/**
 * Chooses how to reach the documents of a query. Candidates are the `_id` key and every index that may serve: its bounds
 * are read from the filter, field by field, as long as points stand before; then the sort is looked at. Fewer expected
 * keys win (`estimate` counts a few), then more bound fields, then an order that needs no sorting.
 */
import { badValue } from '../errors.ts';
import { type Collection } from '../store/catalog.ts';
import { isHidden, type Index } from '../store/index-spec.ts';
import { type Collation } from '../values/collation.ts';
import { type Doc } from '../values/codec.ts';
import { equalValues } from '../values/order.ts';
import { isPlainObject, toNumber, typeRank, RANK } from '../values/types.ts';
import { boundsOf, type FieldBounds, type FilterBounds } from './bounds.ts';
import { isImplied } from './implied.ts';
import { extend, extendPoints, stretchesOf, WHOLE, type Interval } from './intervals.ts';
import { type IdPlan, type IndexPlan, type Plan } from './plan.ts';

export interface PlanRequest {
  readonly collection: Collection;
  readonly filter: Doc;
  readonly sort?: Doc | undefined;
  readonly hint?: unknown;
  /** The specification and what was made of it; absent for the simple collation. */
  readonly collationSpec?: Doc | undefined;
  readonly collation?: Collation | undefined;
  readonly hasLimit?: boolean | undefined;
  /** Counts the keys in the stretches, up to a small maximum. */
  readonly estimate?: ((index: Index, intervals: readonly Interval[]) => number) | undefined;
}

type SortField = readonly [path: string, isDescending: boolean];

interface Candidate {
  readonly plan: IdPlan | IndexPlan;
  readonly score: number;
}

/** Combinations of points in front of an index's last bound field; beyond this the remaining fields are left to the matcher. */
const MAX_INTERVALS = 20_000;
const MAX_MERGED = 64;

export function choosePlan(request: PlanRequest): Plan {
  const { collection, filter, hint } = request;
  const sort = sortFields(request.sort);
  if (sort.length === 1 && sort[0]![0] === '$natural')
    return { kind: 'collection', isReversed: sort[0]![1], isSorted: true };
  const natural = isPlainObject(hint) ? hint.$natural : undefined;
  if (natural !== undefined)
    return { kind: 'collection', isReversed: toNumber(natural) < 0, isSorted: sort.length === 0 };
  const bounds = boundsOf(filter);
  const hinted = hint === undefined || hint === null ? undefined : findHinted(collection, hint);
  if (hinted !== undefined) return hintedPlan(request, bounds, sort, hinted);

  const best = bestOf(request, candidatesFor(request, bounds, sort));
  if (best !== undefined && best.score >= POINT_SCORE) return best.plan;
  const union = unionPlan(request, bounds);
  if (union !== undefined && (best === undefined || !isBounded(best.plan))) return union;
  return best?.plan ?? { kind: 'collection', isReversed: false, isSorted: sort.length === 0 };
}

const POINT_SCORE = 10;

const isBounded = (plan: IdPlan | IndexPlan): boolean => plan.intervals[0] !== WHOLE;

function candidatesFor(request: PlanRequest, bounds: FilterBounds, sort: readonly SortField[]): Candidate[] {
  const candidates: Candidate[] = [];
  const byId = idCandidate(request, bounds, sort);
  if (byId !== undefined) candidates.push(byId);
  for (const index of request.collection.indexes) {
    if (isHidden(index) || !mayServe(request, index, bounds)) continue;
    const candidate = indexCandidate(request, index, bounds, sort);
    if (candidate !== undefined) candidates.push(candidate);
  }
  return candidates;
}

function bestOf({ estimate }: PlanRequest, candidates: readonly Candidate[]): Candidate | undefined {
  const [first] = candidates;
  if (first === undefined || candidates.length === 1) return first;
  const point = candidates.find(({ plan }) => plan.kind === 'id' && plan.arePoints);
  if (point !== undefined) return point;
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      keys:
        estimate === undefined || candidate.plan.kind === 'id' || !isBounded(candidate.plan)
          ? Number.MAX_SAFE_INTEGER
          : estimate(candidate.plan.index, candidate.plan.intervals),
    }))
    .sort((a, b) => a.keys - b.keys || b.candidate.score - a.candidate.score);
  const fewest = ranked[0]!;
  // An order for free is worth more than a few keys less, when the rest of the stretch is small anyway.
  return (
    ranked.find(({ candidate, keys }) => candidate.plan.isSorted && keys <= fewest.keys * 2)?.candidate ??
    fewest.candidate
  );
}

function idCandidate(request: PlanRequest, bounds: FilterBounds, sort: readonly SortField[]): Candidate | undefined {
  const own = bounds.fields.get('_id');
  const fits = own !== undefined && isCollationFree(request, undefined, own);
  const found = fits ? stretchesOf(own, { isDescending: false, collation: undefined, isMultikey: false }) : undefined;
  const isOne = found?.arePoints === true && found.stretches.length === 1;
  const sortsById = sort[0]?.[0] === '_id' && request.collation === undefined;
  if (found === undefined && !sortsById) return undefined;
  return {
    score: (found === undefined ? 0 : found.arePoints ? 30 : 5) + (sortsById ? 4 : 0),
    plan: {
      kind: 'id',
      intervals: found === undefined ? [WHOLE] : extend([Buffer.alloc(0)], found.stretches),
      arePoints: found?.arePoints === true,
      isReversed: sortsById && sort[0]![1],
      isSorted: sort.length === 0 || isOne || sortsById,
      isExact: bounds.isComplete && bounds.fields.size === (found === undefined ? 0 : 1),
    },
  };
}

function indexCandidate(
  request: PlanRequest,
  index: Index,
  bounds: FilterBounds,
  sort: readonly SortField[],
): Candidate | undefined {
  let prefixes: readonly Buffer[] = [Buffer.alloc(0)];
  let intervals: readonly Interval[] = [WHOLE];
  let bound = 0;
  let onePoint = 0;
  let pointFields = 0;
  const usedArrays = new Set<string>();
  for (const [position, field] of index.fields.entries()) {
    const own = bounds.fields.get(field.path);
    if (own === undefined || !isCollationFree(request, index, own)) break;
    const isMultikey = (index.multikey & (1 << position)) !== 0;
    // Two paths through one array may be met by two elements: keys hold one element's values only.
    if (isMultikey && usedArrays.has(field.parts[0]!)) break;
    const found = stretchesOf(own, { isDescending: field.isDescending, collation: index.collation, isMultikey });
    if (found === undefined || prefixes.length * found.stretches.length > MAX_INTERVALS) break;
    if (isMultikey) usedArrays.add(field.parts[0]!);
    intervals = extend(prefixes, found.stretches);
    bound = position + 1;
    if (!found.arePoints) break;
    prefixes = extendPoints(prefixes, found.stretches);
    if (onePoint === position && found.stretches.length === 1) onePoint = position + 1;
    pointFields = position + 1;
  }
  const order = orderOf(request, index, bounds, sort, { onePoint, pointFields });
  const merges = order.isSorted && order.isMerged && intervals.length > 1;
  if (bound === 0 && !(order.isSorted && sort.length > 0)) return undefined;
  if (merges && intervals.length > MAX_MERGED) order.isSorted = false;
  const coversArrays = index.multikey >> onePoint === 0 && intervals.length === 1;
  return {
    score:
      pointFields * 10 +
      (bound - pointFields) * 5 +
      (sort.length > 0 && order.isSorted ? 4 : 0) +
      (index.isUnique ? 1 : 0),
    plan: {
      kind: 'index',
      index,
      intervals,
      isReversed: order.isReversed,
      isSorted: order.isSorted,
      needsDedup: index.multikey !== 0 && !(coversArrays && onePoint > 0),
      isExact:
        bounds.isComplete &&
        bounds.fields.size === bound &&
        bounds.branches.length === 0 &&
        (index.multikey === 0 || (bound === 1 && onePoint === 1)),
      mergeFrom: merges && order.isSorted ? prefixLengths(prefixes, intervals.length) : undefined,
      boundFields: bound,
    },
  };
}

/** Stretches were made prefix by prefix, the same number for each. */
function prefixLengths(prefixes: readonly Buffer[], intervals: number): readonly number[] {
  const each = intervals / prefixes.length;
  return Array.from({ length: intervals }, (_, i) => prefixes[Math.floor(i / each)]!.length);
}

interface Order {
  isSorted: boolean;
  readonly isReversed: boolean;
  /** Only within each stretch, so that stretches must be merged. */
  readonly isMerged: boolean;
}

function orderOf(
  request: PlanRequest,
  index: Index,
  bounds: FilterBounds,
  sort: readonly SortField[],
  { onePoint, pointFields }: { readonly onePoint: number; readonly pointFields: number },
): Order {
  const unsorted: Order = { isSorted: false, isReversed: false, isMerged: false };
  if (sort.length === 0) return { isSorted: true, isReversed: false, isMerged: false };
  if (!isSameCollation(request.collationSpec, index)) return unsorted;
  const fixed = new Set(
    index.fields.filter((_, i) => i < onePoint && (index.multikey & (1 << i)) === 0).map(({ path }) => path),
  );
  const rest = sort.filter(([path]) => !fixed.has(path));
  if (rest.length === 0) return { isSorted: true, isReversed: false, isMerged: false };
  for (const start of new Set([onePoint, pointFields])) {
    const direction = directionFrom(index, rest, start);
    if (direction !== undefined)
      return { isSorted: true, isReversed: direction === 'reversed', isMerged: start > onePoint };
  }
  return unsorted;
}

function directionFrom(index: Index, rest: readonly SortField[], start: number): 'forward' | 'reversed' | undefined {
  let direction: 'forward' | 'reversed' | undefined;
  for (const [i, [path, isDescending]] of rest.entries()) {
    const field = index.fields[start + i];
    if (field?.path !== path || (index.multikey & (1 << (start + i))) !== 0) return undefined;
    const own = field.isDescending === isDescending ? 'forward' : 'reversed';
    if (direction !== undefined && direction !== own) return undefined;
    direction = own;
  }
  return direction;
}

/** Each clause of the one `$or`, together with the rest of the filter, must have an index of its own. */
function unionPlan(request: PlanRequest, bounds: FilterBounds): Plan | undefined {
  const [clauses] = bounds.branches;
  if (clauses === undefined || clauses.length > MAX_MERGED) return undefined;
  const branches: (IdPlan | IndexPlan)[] = [];
  for (const clause of clauses) {
    const branchRequest: PlanRequest = { ...request, filter: clause, sort: undefined };
    const best = bestOf(branchRequest, candidatesFor(branchRequest, boundsOf(clause), []));
    if (best === undefined || !isBounded(best.plan)) return undefined;
    branches.push({ ...best.plan, isExact: false });
  }
  return { kind: 'union', branches, isSorted: false };
}

function mayServe(request: PlanRequest, index: Index, bounds: FilterBounds): boolean {
  if (!index.isReady || index.isInert) return false;
  if (index.partial !== undefined && !isImplied(index.partial.filter, bounds, request.filter)) return false;
  if (index.partial !== undefined && request.collation !== undefined && !isSameCollation(request.collationSpec, index))
    return false;
  return !index.isSparse || index.fields.some(({ path }) => excludesMissing(bounds.fields.get(path)));
}

function excludesMissing(bounds: FieldBounds | undefined): boolean {
  if (bounds === undefined) return false;
  if (bounds.points !== undefined) return bounds.points.every((value) => value !== null);
  return (
    bounds.low !== undefined || bounds.high !== undefined || bounds.prefix !== undefined || bounds.isPresent === true
  );
}

/** Strings (and what may contain them) compare by collation; an index serves them only under the same one. */
function isCollationFree(request: PlanRequest, index: Index | undefined, bounds: FieldBounds): boolean {
  if (index === undefined ? request.collation === undefined : isSameCollation(request.collationSpec, index))
    return true;
  const values = [...(bounds.points ?? []), ...(bounds.except ?? []), bounds.low?.value, bounds.high?.value];
  return (
    bounds.prefix === undefined && values.every((value) => typeof value !== 'symbol' && !COLLATED.has(typeRank(value)))
  );
}

const COLLATED: ReadonlySet<number> = new Set([RANK.string, RANK.object, RANK.array]);

function isSameCollation(spec: Doc | undefined, index: Index): boolean {
  if (spec === undefined || index.collation === undefined) return spec === undefined && index.collation === undefined;
  const own = index.spec.collation as Doc;
  const names = new Set([...Object.keys(spec), ...Object.keys(own)]);
  return [...names].every((name) => name === 'version' || equalValues(spec[name], own[name]));
}

function sortFields(sort: Doc | undefined): readonly SortField[] {
  return Object.entries(sort ?? {}).map(([path, direction]) => [path, toNumber(direction) < 0] as const);
}

const ID = Symbol('_id_');

function findHinted(collection: Collection, hint: unknown): Index | typeof ID {
  if (hint === '_id_' || (isPlainObject(hint) && Object.keys(hint).join() === '_id')) return ID;
  const found = collection.indexes.find((index) =>
    typeof hint === 'string'
      ? index.name === hint
      : equalValues(index.spec.key, hint) && sameOrder(index.spec.key, hint),
  );
  if (found === undefined || found.isInert || !found.isReady || isHidden(found))
    throw badValue(
      'error processing query: planner returned error: hint provided does not correspond to an existing index',
    );
  return found;
}

const sameOrder = (a: unknown, b: unknown): boolean => Object.keys(a as Doc).join() === Object.keys(b as Doc).join();

function hintedPlan(
  request: PlanRequest,
  bounds: FilterBounds,
  sort: readonly SortField[],
  hinted: Index | typeof ID,
): Plan {
  const candidate =
    hinted === ID
      ? idCandidate(request, bounds, sort)
      : hinted.partial === undefined || isImplied(hinted.partial.filter, bounds, request.filter)
        ? indexCandidate(request, hinted, bounds, sort)
        : undefined;
  if (candidate !== undefined) return candidate.plan;
  const isSorted = sort.length === 0;
  if (hinted === ID)
    return { kind: 'id', intervals: [WHOLE], arePoints: false, isReversed: false, isSorted, isExact: false };
  return {
    kind: 'index',
    index: hinted,
    intervals: [WHOLE],
    isReversed: false,
    isSorted,
    needsDedup: hinted.multikey !== 0,
    isExact: false,
    mergeFrom: undefined,
    boundFields: 0,
  };
}
