/** arrayFilters: for each identifier a test of array elements, for paths such as `grades.$[low].score`. */
import { badValue, failedToParse } from '../errors.ts';
import { compileMatch } from '../match/compile.ts';
import { type MatchOptions } from '../match/types.ts';
import { type Doc } from '../values/doc.ts';
import { isPlainObject } from '../values/types.ts';

export type ElementTest = (item: unknown) => boolean;

const IDENTIFIER = /^[a-z][A-Za-z0-9]*$/;
const LOGICAL: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);

export function compileArrayFilters(filters: readonly Doc[], match: MatchOptions): ReadonlyMap<string, ElementTest> {
  const tests = new Map<string, ElementTest>();
  for (const filter of filters) {
    const identifier = identifierOf(filter);
    if (tests.has(identifier)) {
      throw failedToParse(`Found multiple array filters with the same top-level field name ${identifier}`);
    }
    const matches = compileMatch(filter, match);
    tests.set(identifier, (item) => matches({ [identifier]: item }));
  }
  return tests;
}

function identifierOf(filter: unknown): string {
  if (!isPlainObject(filter)) throw failedToParse('Each array filter must be an object');
  const names = new Set(topNames(filter));
  const [first, second] = names;
  if (first === undefined) {
    throw failedToParse('Cannot use an expression without a top-level field name in arrayFilters');
  }
  if (second !== undefined) {
    throw failedToParse(
      `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${first}' and '${second}'`,
    );
  }
  if (!IDENTIFIER.test(first)) {
    throw badValue(
      `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${first}'`,
    );
  }
  return first;
}

function topNames(filter: Doc): string[] {
  return Object.keys(filter).flatMap((name) => {
    const operand = filter[name];
    if (LOGICAL.has(name) && Array.isArray(operand)) return operand.filter(isPlainObject).flatMap(topNames);
    return name.startsWith('$') ? [] : [name.split('.')[0]!];
  });
}
