/**
 * Secrets at rest: AES-256-GCM under the server's key. A sealed text says which key sealed it, and is bound by `aad` to
 * where it belongs, so that it cannot be copied to another record and opened there.
 *
 *   v1.<key id>.<base64url of nonce (12 bytes), ciphertext, tag (16 bytes)>
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { AppError } from './errors.ts';

export interface Sealer {
  readonly seal: (plain: string, aad: string) => string;
  /** Throws `secret_unreadable` when another key sealed it, it was altered, or `aad` differs. */
  readonly open: (sealed: string, aad: string) => string;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{38,})$/;

export interface SealerOptions {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Keys of before: they open and no longer seal. */
  readonly oldKeys?: readonly Uint8Array[];
}

export function createSealer({ key, oldKeys = [] }: SealerOptions): Sealer {
  const current = { id: keyId(key), key };
  const byId = new Map([...oldKeys.map((old) => [keyId(old), old] as const), [current.id, key] as const]);

  return {
    seal(plain, aad) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce);
      cipher.setAAD(Buffer.from(aad));
      const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1.${current.id}.${sealed.toString('base64url')}`;
    },
    open(sealed, aad) {
      const [, id, text] = FORM.exec(sealed) ?? [];
      if (id === undefined || text === undefined) throw unreadable('it is not in the form this version writes');
      const opener = byId.get(id);
      if (opener === undefined) {
        throw unreadable(
          `it was sealed with key ${id}, and SECRET_KEY is key ${current.id}; start with the key of then`,
        );
      }
      try {
        return decrypt(opener, Buffer.from(text, 'base64url'), aad);
      } catch (cause) {
        throw unreadable('it was altered or belongs to another record', cause);
      }
    },
  };
}

function decrypt(key: Uint8Array, bytes: Buffer, aad: string): string {
  const tagAt = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(bytes.subarray(tagAt));
  return decipher.update(bytes.subarray(NONCE_BYTES, tagAt), undefined, 'utf8') + decipher.final('utf8');
}

/** Names a key without telling anything of it. */
function keyId(key: Uint8Array): string {
  if (key.length !== KEY_BYTES) {
    throw new TypeError(`The key for sealing secrets: expected ${KEY_BYTES} bytes, found ${key.length}.`);
  }
  return createHmac('sha256', key).update('earshot key id').digest('hex').slice(0, 8);
}

function unreadable(why: string, cause?: unknown): AppError {
  return new AppError('secret_unreadable', { detail: `A stored secret cannot be read: ${why}.`, cause });
}
