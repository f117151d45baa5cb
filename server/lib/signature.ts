/**
 * Signs as Standard Webhooks 1.0.0 says: over `{id}.{timestamp}.` and the raw bytes of the body, because bytes that
 * were parsed and printed again are other bytes. `whsec_` keys sign by HMAC-SHA256 (`v1`), `whsk_` keys by ed25519 (`v1a`).
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac, createPrivateKey, createPublicKey, createSecretKey, type KeyObject, sign } from 'node:crypto';
import { createLru } from './lru.ts';

export interface SignInput {
  readonly id: string;
  /** Whole seconds since the epoch. */
  readonly timestampS: number;
  readonly body: Uint8Array;
  /** `whsec_…` or `whsk_…`; each gives one signature. */
  readonly secrets: readonly string[];
}

/** The value of `webhook-signature`. Throws on a secret that cannot sign, without naming it. */
export function signWebhook({ id, timestampS, body, secrets }: SignInput): string {
  const head = `${id}.${timestampS}.`;
  return secrets.map((secret) => signerOf(secret)(head, body)).join(' ');
}

/** The `whpk_…` with which a receiver verifies what the `whsk_…` signed. */
export function publicKeyOf(secret: string): string {
  return PUBLIC_PREFIX + rawPublicKey(ed25519Key(secret)).toString('base64');
}

const HMAC_PREFIX = 'whsec_';
const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
const SEED_BYTES = 32;
/** RFC 8410: what stands before the 32 bytes of a private key in PKCS #8, and of a public key in SPKI. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEAD_BYTES = 12;

type Signer = (head: string, body: Uint8Array) => string;

/** Reading a key costs more than signing with it. */
const signers = createLru<string, Signer>(10_000);

function signerOf(secret: string): Signer {
  let signer = signers.get(secret);
  if (signer === undefined) {
    signer = secret.startsWith(PRIVATE_PREFIX) ? ed25519Signer(secret) : hmacSigner(secret);
    signers.set(secret, signer);
  }
  return signer;
}

function hmacSigner(secret: string): Signer {
  const bytes = decode(secret, HMAC_PREFIX);
  if (bytes.length === 0) throw new Error('The signing secret is empty');
  const key = createSecretKey(bytes);
  return (head, body) => `v1,${createHmac('sha256', key).update(head).update(body).digest('base64')}`;
}

function ed25519Signer(secret: string): Signer {
  const key = ed25519Key(secret);
  return (head, body) => `v1a,${sign(null, Buffer.concat([Buffer.from(head), body]), key).toString('base64')}`;
}

/** Takes a seed, or a seed with its public key after it, as the reference libraries write keys. */
function ed25519Key(secret: string): KeyObject {
  const bytes = decode(secret, PRIVATE_PREFIX);
  if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES) {
    throw new Error(`The ed25519 key has ${bytes.length} bytes: expected ${SEED_BYTES} or ${2 * SEED_BYTES}`);
  }
  const der = Buffer.concat([PKCS8_HEAD, bytes.subarray(0, SEED_BYTES)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  if (bytes.length > SEED_BYTES && !rawPublicKey(key).equals(bytes.subarray(SEED_BYTES))) {
    throw new Error('The second half of the ed25519 key is not the public key of its first half');
  }
  return key;
}

function rawPublicKey(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD_BYTES);
}

function decode(secret: string, prefix: string): Buffer {
  if (!secret.startsWith(prefix))
    throw new Error(`The signing secret must begin with ${HMAC_PREFIX} or ${PRIVATE_PREFIX}`);
  return Buffer.from(secret.slice(prefix.length), 'base64');
}
