/** What a caller is told about a rule that cannot be taken: what is wrong, and where in the body. */
import { AppError, type FieldFault } from '../lib/errors.ts';

/** `path` is a JSON Pointer into the body. */
export function invalid(path: string, message: string): AppError {
  return invalidAll([{ path, message }]);
}

export function invalidAll(faults: readonly FieldFault[], cause?: unknown): AppError {
  const { path, message } = faults[0]!;
  return new AppError('invalid_input', {
    detail: `The body at ${path || 'its top'}: ${message.replace(/\.$/, '')}.`,
    errors: faults.map((fault) => ({ in: 'body', ...fault })),
    cause,
  });
}

/** Runs a check that knows nothing of bodies, and says where its refusal belongs; `path` where it names no place itself. */
export function checkAt<T>(path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
    throw invalidAll(error.options.errors ?? [{ path, message: error.message }], error);
  }
}
