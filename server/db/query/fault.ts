/** A refusal that names the part of the query or document it is about, as a JSON Pointer. */
import { AppError } from '../../lib/errors.ts';

/** Where in the arguments something stands: `['filter', '$or', '0', 'name']`. */
export type Place = readonly string[];

export function refusal(place: Place, message: string): AppError {
  const path = place.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return new AppError('invalid_input', {
    detail: `${path || 'The arguments'}: ${message}`,
    errors: [{ path, message }],
  });
}
