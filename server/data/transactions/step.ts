/** One call within a transaction that somebody holds open: how to make it again, and what it answered the first time. */
import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import { isRecord } from '../../db/query/values.ts';
import type { DataScope } from '../scope.ts';

export interface Step {
  /** For the sentence that says what went wrong: `updateMany of orders`. */
  readonly name: string;
  readonly isWrite: boolean;
  /** False for a read that may answer something else every time: a random sample. */
  readonly isRepeatable: boolean;
  /** What it takes to keep it, in bytes. */
  readonly bytes: number;
  readonly perform: (scope: DataScope) => Promise<unknown>;
}

export interface DoneStep extends Step {
  /** The ids it gave to new documents; the same ones are given when it is made again. */
  readonly newIds: readonly string[];
  readonly print: string;
}

/** The same text for the same answer. */
export function printOf(answer: unknown): string {
  return createHash('sha256').update(serialize(answer)).digest('base64');
}

/** Gives the ids that were given before, in the same order, then new ones; `given` is all of them so far. */
export function repeatIds(before: readonly string[], newDocId: () => string) {
  const given: string[] = [];
  return {
    given: given as readonly string[],
    newDocId: (): string => {
      const id = before[given.length] ?? newDocId();
      given.push(id);
      return id;
    },
  };
}

/** The update with `$currentDate` as the time it is now: made again at the commit, it must say the same. */
export function withTimeOf(update: unknown, now: Date): unknown {
  if (!isRecord(update) || !isRecord(update.$currentDate)) return update;
  const { $currentDate: wanted, $set = {}, ...others } = update;
  // What is not as it should be is left as it is, for the data API to refuse.
  const isPlain = isRecord($set) && Object.entries(wanted).every(([field, kind]) => isDate(kind) && !(field in $set));
  if (!isPlain) return update;
  return { ...others, $set: { ...$set, ...Object.fromEntries(Object.keys(wanted).map((field) => [field, now])) } };
}

function isDate(kind: unknown): boolean {
  return kind === true || (isRecord(kind) && Object.keys(kind).join() === '$type' && kind.$type === 'date');
}

/** Whether the pipeline asks for chance or for the time. */
export function isRepeatable(pipeline: unknown): boolean {
  return !/"\$(sample|rand|sampleRate)"|\$\$(NOW|CLUSTER_TIME)/.test(JSON.stringify(pipeline ?? null));
}
