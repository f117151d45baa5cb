/** A session's id as text. */
import { Binary } from 'bson';
import { type Doc } from '../values/codec.ts';

export function sessionKey(lsid: Doc): string | undefined {
  return lsid.id instanceof Binary ? Buffer.from(lsid.id.value()).toString('hex') : undefined;
}
