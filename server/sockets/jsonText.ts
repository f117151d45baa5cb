/** JSON text of a value that came from outside, where JSON.parse has let pass what printing would break on. */
import { AppError } from '../lib/errors.ts';
import { scanJson } from '../lib/jsonDepth.ts';

/** Throws `too_deep`. */
export function jsonTextOf(value: unknown): Buffer {
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new AppError('too_deep', { detail: 'The value is nested too deeply.', cause });
  }
  const bytes = Buffer.from(text);
  scanJson(bytes);
  return bytes;
}
