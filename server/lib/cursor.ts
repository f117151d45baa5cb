/**
 * Cursors are sealed (AES-256-GCM): a caller can neither read nor alter the position inside, nor use it for another
 * environment, list or filter than the one it was made for, nor keep it beyond its time.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';

/** What a cursor is bound to. */
export interface CursorScope {
  readonly environmentId: number;
  /** The pattern of the route, such as `/app/runs`. */
  readonly route: string;
  readonly filter: Readonly<Record<string, unknown>>;
}

export interface CursorSealer {
  readonly seal: (position: string, scope: CursorScope) => string;
  /** Gives the position back, or throws `invalid_cursor` whatever is wrong, without saying what. */
  readonly open: (cursor: string, scope: CursorScope) => string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const EXPIRY_BYTES = 8;
const DAY_MS = 86_400_000;

/** `key` is 32 bytes, used for nothing else. */
export function createCursorSealer(options: {
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly lifeMs?: number;
}): CursorSealer {
  const { key, clock, lifeMs = DAY_MS } = options;

  return {
    seal(position, scope) {
      const nonce = randomBytes(NONCE_BYTES);
      const expiry = Buffer.alloc(EXPIRY_BYTES);
      expiry.writeDoubleBE(clock.now() + lifeMs);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(scopeBytes(scope));
      const sealed = Buffer.concat([cipher.update(expiry), cipher.update(position, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(cursor, scope) {
      const plain = decrypt(cursor, scope, key);
      if (plain === undefined || plain.readDoubleBE() < clock.now()) {
        throw new AppError('invalid_cursor', {
          detail: 'The cursor is altered, too old, or was made for other filters; begin again without it.',
        });
      }
      return plain.toString('utf8', EXPIRY_BYTES);
    },
  };
}

function decrypt(cursor: string, scope: CursorScope, key: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  // Base64url has several spellings of some byte strings; only ours is taken.
  if (bytes.length < NONCE_BYTES + EXPIRY_BYTES + TAG_BYTES || bytes.toString('base64url') !== cursor) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(scopeBytes(scope))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function scopeBytes({ environmentId, route, filter }: CursorScope): Buffer {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  given.sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify([environmentId, route, given]));
}
