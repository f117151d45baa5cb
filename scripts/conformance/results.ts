/**
 * What a suite answered, held against the failures that are expected. An expected failure needs a reason; one that
 * passes is as much of a surprise as a new failure, and both make the run fail.
 */
import { readFileSync } from 'node:fs';

export type Outcome = 'passed' | 'failed' | 'skipped';

export interface Result {
  /** `file > title`; a title that a file uses twice counts as failed when either failed. */
  readonly id: string;
  readonly outcome: Outcome;
  readonly message?: string;
}

interface Expectation {
  readonly reason: string;
  /** The tests fail on some runs and pass on others, or only their message tells (`failing`): both are as expected. */
  readonly sometimes?: boolean;
  /** Only failures whose message contains this. */
  readonly failing?: string;
  /** Ids; `file > *` means all tests of the file. */
  readonly tests: readonly string[];
}

export interface Expected {
  readonly always: ReadonlyMap<string, string>;
  readonly isTolerated: (result: Result) => boolean;
}

export function readExpected(url: URL): Expected {
  const listed = JSON.parse(readFileSync(url, 'utf8')) as readonly Expectation[];
  const always = listed.filter(({ sometimes }) => sometimes !== true);
  const sometimes = listed.filter((expectation) => expectation.sometimes === true);
  return {
    always: new Map(always.flatMap(({ reason, tests }) => tests.map((test) => [test, reason] as const))),
    isTolerated: ({ id, message = '' }) =>
      sometimes.some(
        ({ tests, failing = '' }) =>
          message.includes(failing) &&
          tests.some((test) => test === id || (test.endsWith(' > *') && id.startsWith(test.slice(0, -1)))),
      ),
  };
}

/** Prints the totals and every surprise; answers the process's exit code. `isWhole`: every file of the suite was run. */
export function report(
  results: readonly Result[],
  { always: expected, isTolerated }: Expected,
  isWhole: boolean,
): number {
  const byId = new Map<string, Result>();
  for (const result of results) {
    const known = byId.get(result.id);
    if (!known || known.outcome === 'skipped' || result.outcome === 'failed') byId.set(result.id, result);
  }
  const newFailures = [...byId.values()].filter(
    (result) => result.outcome === 'failed' && !expected.has(result.id) && !isTolerated(result),
  );
  const surprises = [...expected.keys()].filter((id) => byId.get(id)?.outcome === 'passed');
  const unknown = isWhole ? [...expected.keys()].filter((id) => !byId.has(id)) : [];
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  for (const { id, message } of newFailures) console.log(`NEW FAILURE  ${id}\n             ${message ?? ''}`);
  for (const id of surprises) console.log(`PASSES NOW   ${id} (expected to fail: ${expected.get(id) ?? ''})`);
  for (const id of unknown) console.log(`NOT FOUND    ${id} (expected to fail: ${expected.get(id) ?? ''})`);
  const share = ((100 * passed) / Math.max(1, passed + failed)).toFixed(2);
  console.log(
    `passed ${passed}, failed ${failed} (${failed - newFailures.length} expected), skipped ${skipped}: ${share} %`,
  );
  return newFailures.length + surprises.length + unknown.length === 0 ? 0 : 1;
}
