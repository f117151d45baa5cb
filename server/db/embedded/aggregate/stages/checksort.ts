/** The spec of a `$sort`. */
import { type Doc } from '../../values/codec.ts';
import { isPlainObject } from '../../values/types.ts';
import { asNumber, isNumeric } from '../expression/numbers.ts';
import { fail } from '../expression/values.ts';
import { needObject } from '../stage.ts';

export function checkSort(spec: unknown): Doc {
  const fields = needObject(spec, 15973, 'the $sort key specification must be an object');
  const keys = Object.keys(fields);
  if (keys.length === 0) fail(15976, '$sort stage must have at least one sort key');
  if (keys.length > 32) fail(13103, 'too many compound keys', 'BadValue');
  for (const key of keys) {
    const direction = fields[key];
    if (isPlainObject(direction)) fail(17312, '$meta is the only expression supported by $sort right now');
    if (!isNumeric(direction)) fail(15974, 'Illegal key in $sort specification: ' + key);
    if (Math.abs(asNumber(direction)) !== 1)
      fail(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  }
  return fields;
}
