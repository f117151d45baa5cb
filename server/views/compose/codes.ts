/**
 * What stands for a listener on the wire. The same listener with the same props has the same code in every browser, so
 * that patches are made once; what it means is told by the tree the server holds, and without the secret of the process
 * it can neither be read nor made.
 */
import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../schemas/json.ts';
import { canonical } from '../trees/canonical.ts';

export interface Coded {
  readonly code: string;
  readonly name: string;
  readonly props: JsonObject;
}

export type CodeOf = (environmentId: number, name: string, props: JsonObject) => string;

const BYTES = 16;

export function createCodes(secret: Buffer): CodeOf {
  return (environmentId, name, props) =>
    createHmac('sha256', secret)
      .update(`${String(environmentId)}\n${name}\n${canonical(props)}`)
      .digest()
      .subarray(0, BYTES)
      .toString('base64url');
}
