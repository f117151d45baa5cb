/** Whether a changed document is, or was, one that a query asks for; and by which values such queries can be found. */
import { compileMatch, type Matcher } from '../../db/embedded/match/compile.ts';
import { createRegexBudget } from '../../db/query/regexBudget.ts';
import { isRecord } from '../../db/query/values.ts';
import type { DataChange, Doc } from '../ports.ts';

type Fields = Readonly<Record<string, unknown>>;
export type Touches = (change: DataChange) => boolean;

/** What one change may cost one query: some 10 ms at the very worst. What would take more is asked of the database again. */
const REGEX_BUDGET = { maxWork: 100_000 };

/** What cannot be tested in memory is touched by every change. */
export function compileTouches(filter: Fields): Touches {
  const work = createRegexBudget(REGEX_BUDGET);
  let matches: Matcher;
  try {
    matches = compileMatch({ ...filter }, { compileRegex: work.compile });
  } catch {
    return () => true;
  }
  const fits = (doc: Doc | undefined): boolean => doc !== undefined && matches(doc);
  return ({ before, after }) => {
    if (before === undefined && after === undefined) return true;
    work.refill();
    try {
      return fits(before) || fits(after);
    } catch {
      return true;
    }
  };
}

type Scalar = string | number | boolean;

/** A field that has to have one of these values for a document to fit. */
export interface Equality {
  readonly field: string;
  readonly values: readonly Scalar[];
}

const MAX_VALUES = 250;

/** `_id` where it is compared, else the first such field at the top of the filter; undefined where there is none. */
export function equalityOf(filter: Fields): Equality | undefined {
  const found = equalitiesOf(filter);
  return found.find(({ field }) => field === '_id') ?? found[0];
}

function equalitiesOf(filter: Fields): readonly Equality[] {
  return Object.entries(filter).flatMap(([field, condition]): readonly Equality[] => {
    if (field === '$and' && Array.isArray(condition)) return condition.filter(isRecord).flatMap(equalitiesOf);
    if (field.startsWith('$') || field.includes('.')) return [];
    const values = valuesOf(condition);
    return values === undefined ? [] : [{ field, values }];
  });
}

function valuesOf(condition: unknown): readonly Scalar[] | undefined {
  if (isScalar(condition)) return [condition];
  if (!isRecord(condition)) return undefined;
  if (isScalar(condition.$eq)) return [condition.$eq];
  const { $in: list } = condition;
  return Array.isArray(list) && list.length <= MAX_VALUES && list.every(isScalar) ? list : undefined;
}

/** Null is none: it also means a field that is not there. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
