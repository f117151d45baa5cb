/**
 * Which state of a document somebody has seen. Each document written here has a whole number in `_rev`, raised with
 * every change of it. It is kept out of sight: answers show it where it is asked for, events never do, and a `_rev` in
 * what is written is left out. A document without one, which others wrote, counts as revision 0.
 */
import { AppError } from '../lib/errors.ts';
import type { StoredDoc } from './args.ts';

export const REVISION = '_rev';
/** Of a document that was just made. */
export const FIRST_REVISION = 1;
/** As an expression of a pipeline: the number after that of the document it stands for. */
export const NEXT_REVISION = {
  $cond: [{ $isNumber: `$${REVISION}` }, { $add: [`$${REVISION}`, 1] }, FIRST_REVISION],
} as const;

export function revisionOf(doc: Readonly<Record<string, unknown>>): number {
  const revision: unknown = Object.hasOwn(doc, REVISION) ? doc[REVISION] : undefined;
  return typeof revision === 'number' ? revision : 0;
}

export function withoutRevision<D extends Readonly<Record<string, unknown>>>(doc: D): D {
  if (!Object.hasOwn(doc, REVISION)) return doc;
  const { [REVISION]: _, ...rest } = doc;
  return rest as D;
}

/** As it is stored when it is new. */
export function firstOf(doc: StoredDoc): StoredDoc {
  return { ...doc, [REVISION]: FIRST_REVISION };
}

/** What a document must be like to be changed by somebody who has seen that revision, or does not care. */
export function isRevision(ifRevision: number | undefined): object {
  if (ifRevision === undefined) return {};
  return { [REVISION]: ifRevision === 0 ? { $in: [0, null] } : ifRevision };
}

/** The update, and the revision one higher. */
export function raising(update: object): object {
  const { $inc, ...others } = update as { readonly $inc?: object };
  return { ...others, $inc: { ...$inc, [REVISION]: 1 } };
}

/** What raising did, undone where it turned out that nothing else changed. */
export const LOWER: object = { $inc: { [REVISION]: -1 } };

export function revisionConflict(coll: string, id: string, wanted: number, found: number): AppError {
  const message = `the document ${JSON.stringify(id)} of ${coll} has revision ${found}, not ${wanted}: read it again`;
  return new AppError('conflict', {
    detail: `/ifRevision: ${message}.`,
    errors: [{ path: '/ifRevision', message }],
    extra: { revision: found },
  });
}
