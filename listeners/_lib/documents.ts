/**
 * Two ways to write that may be done twice, because a run may be executed twice: the `_id` of a document is made from
 * what it is about, and a change carries the time it happened, so that neither a repetition nor a latecomer does harm.
 */
import type { Collection } from '../../server/sdk.ts';

/** Creates the document unless one with its `_id` exists. Tells whether it did. */
export async function createOnce<T extends { readonly _id: string }>(coll: Collection<T>, doc: T): Promise<boolean> {
  try {
    await coll.createDoc(doc);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'conflict') return false;
    throw error;
  }
}

/**
 * Sets these fields of a document, creating it where it is missing, unless what it holds is newer: `clock` names the
 * field that keeps the time of the newest change. Fields that are not named stay as they are.
 */
export async function setNewer<T extends { readonly _id: string }>(
  coll: Collection<T>,
  doc: T,
  clock: keyof T & string,
): Promise<'created' | 'updated' | 'outdated'> {
  const { _id, ...fields } = doc;
  const older = { _id, $or: [{ [clock]: { $exists: false } }, { [clock]: { $lte: doc[clock] } }] };
  const update = async (): Promise<boolean> => (await coll.updateMany(older, { $set: fields })).matched > 0;

  if (await update()) return 'updated';
  if (await createOnce(coll, doc)) return 'created';
  // Somebody else has created it since the first look, or it holds something newer.
  return (await update()) ? 'updated' : 'outdated';
}
