/** Turns whatever was thrown into the RFC 9457 body the caller gets. Bugs show nothing of themselves but the request id. */
import { AppError, catalogue } from '../lib/errors.ts';
import type { Problem } from '../schemas/problem.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem;
  /** True when it is the server's own fault: it must be logged whole. */
  readonly isBug: boolean;
}

/** The answer to an error. `requestId` becomes `instance`. */
export function problemOf(error: unknown, requestId: string): ProblemAnswer {
  const fault = asAppError(error);
  const { code, status, options } = fault ?? new AppError('internal');
  const body: Problem = {
    ...options.extra,
    type: `/docs#error-${code}`,
    title: catalogue[code].title,
    status,
    code,
    ...(options.detail === undefined ? {} : { detail: options.detail }),
    instance: requestId,
    ...(options.errors === undefined ? {} : { errors: options.errors.map((each) => ({ ...each })) }),
  };
  const isBug = status === 500;
  const headers: Record<string, string> = { 'content-type': PROBLEM_TYPE };
  if (options.retryAfterS !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(options.retryAfterS)));
  if (options.allow !== undefined) headers.allow = options.allow.join(', ');
  if (code === 'unauthorized') headers['www-authenticate'] = 'Bearer realm="earshot"';
  return { status, headers, body, isBug };
}

/** What the database's driver throws while there is no database to talk to, by the names of its error classes. */
const DATABASE_AWAY =
  /^Mongo(?:ose)?(?:ServerSelection|Network|NetworkTimeout|OperationTimeout|PoolCleared|PoolClosed|NotConnected|TopologyClosed|ClientClosed|WaitQueueTimeout)Error$/;

function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (typeof error !== 'object' || error === null) return undefined;
  if (error instanceof Error && DATABASE_AWAY.test(error.name)) {
    return new AppError('storage_unavailable', { retryAfterS: 5, cause: error });
  }
  // The router meets a path such as `/app/runs/%zz`, which cannot be the address of anything.
  if ('status' in error && error.status === 400) {
    return new AppError('not_found', { cause: error });
  }
  return undefined;
}
