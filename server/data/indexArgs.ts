/** Which indexes an app may have: on fields, up or down. Those of texts, places and hashes are refused. */
import { refusal } from '../db/query/fault.ts';
import { checkField } from '../db/query/fields.ts';
import { isRecord } from '../db/query/values.ts';
import { parseFlag } from './args.ts';

export interface IndexArgs {
  readonly keys: readonly (readonly [field: string, direction: 1 | -1])[];
  readonly unique: boolean;
}

const MAX_FIELDS = 8;

export function parseIndex(keys: unknown, unique: unknown): IndexArgs {
  if (!isRecord(keys)) throw refusal(['keys'], 'expected fields with 1 or -1, such as { created_at: -1 }');
  const fields = Object.entries(keys);
  if (fields.length === 0 || fields.length > MAX_FIELDS) throw refusal(['keys'], `expected 1 to ${MAX_FIELDS} fields`);
  return {
    keys: fields.map(([field, direction]) => {
      checkField(field, ['keys', field]);
      if (direction !== 1 && direction !== -1) throw refusal(['keys', field], 'expected 1 or -1');
      return [field, direction] as const;
    }),
    unique: parseFlag(unique, 'unique'),
  };
}
