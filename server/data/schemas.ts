/**
 * What documents of a collection must look like, where the manifest says so. Checked within the transaction of every
 * write, on the document as it would be stored, so that no way of writing goes past it. Documents that are there
 * already stay as they are until somebody changes them.
 */
import { AppError } from '../lib/errors.ts';
import { compileSchema } from '../lib/schema.ts';
import type { JsonObject } from '../schemas/json.ts';
import type { StoredDoc } from './args.ts';
import { withoutRevision } from './revision.ts';
import { asJson } from './storeValues.ts';

/** The schema of a collection; undefined where any document will do. Dates count as their ISO text. */
export type SchemaOf = (collection: string) => JsonObject | undefined;

/** Throws `schema_mismatch` with the place of each fault, and `invalid_schema` where the schema itself cannot be used. */
export function checkAgainst(schema: JsonObject, collection: string, doc: StoredDoc): void {
  const { _id, ...rest } = asJson(withoutRevision(doc));
  const faults = compileSchema(schema)(namesId(schema) ? { _id, ...rest } : rest);
  const [first] = faults;
  if (first === undefined) return;
  throw new AppError('schema_mismatch', {
    detail: `The document ${JSON.stringify(_id)} does not fit the schema of ${collection}: ${first.path || 'it'} ${first.message}.`,
    errors: faults.map(({ path, message }) => ({ in: 'body', path, message })),
  });
}

/** A closed schema need not name what every document has. */
function namesId({ properties }: JsonObject): boolean {
  return typeof properties === 'object' && properties !== null && '_id' in properties;
}
