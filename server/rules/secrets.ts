/**
 * The secrets a rule signs with, from the moment they are given or made to the moment they are used. Sealed at rest,
 * bound to the rule, so that one is of no use in another record.
 */
import type { Sealer } from '../lib/sealed.ts';
import { publicKeyOf } from '../lib/signature.ts';
import { MAX_OLD_SECRETS } from '../schemas/rule.ts';
import type { Signing, StoredSecret } from './document.ts';
import { invalid } from './invalid.ts';
import type { SigningKey } from './ready.ts';

const PREFIX: Readonly<Record<Signing, string>> = { hmac: 'whsec_', ed25519: 'whsk_' };
const MADE_BYTES = 32;
const HMAC_BYTES = { least: 24, most: 64 };
const ED25519_BYTES = 64;

export interface SecretInput {
  readonly secret?: string | undefined;
  readonly signing?: Signing | undefined;
}

export interface NewSecret {
  readonly text: string;
  readonly signing: Signing;
}

/** The secret that was given, checked; a fresh one where none was. Throws `invalid_input`, never showing it. */
export function takeSecret(input: SecretInput, randomBytes: (count: number) => Buffer): NewSecret {
  const { secret: text, signing = text?.startsWith(PREFIX.ed25519) === true ? 'ed25519' : 'hmac' } = input;
  if (text === undefined) return { text: makeSecret(signing, randomBytes), signing };
  const fault = faultOf(text, signing);
  if (fault !== undefined) throw invalid('/secret', fault);
  return { text, signing };
}

function makeSecret(signing: Signing, randomBytes: (count: number) => Buffer): string {
  const bytes = randomBytes(MADE_BYTES);
  if (signing === 'hmac') return PREFIX.hmac + bytes.toString('base64');
  // The public half stands behind the seed, as the reference libraries write such keys.
  const publicKey = publicKeyOf(PREFIX.ed25519 + bytes.toString('base64')).slice('whpk_'.length);
  return PREFIX.ed25519 + Buffer.concat([bytes, Buffer.from(publicKey, 'base64')]).toString('base64');
}

function faultOf(text: string, signing: Signing): string | undefined {
  const prefix = PREFIX[signing];
  if (!text.startsWith(prefix)) return `expected ${prefix} in front, as its signing is ${signing}`;
  const bytes = Buffer.from(text.slice(prefix.length), 'base64');
  // Receivers decode strictly: a spelling that Node forgives would be another key, or none, to them.
  if (bytes.toString('base64') !== text.slice(prefix.length)) return `expected padded base64 after ${prefix}`;
  if (signing === 'hmac') {
    const { least, most } = HMAC_BYTES;
    const isFit = bytes.length >= least && bytes.length <= most;
    return isFit ? undefined : `expected ${least} to ${most} bytes in base64, found ${bytes.length}`;
  }
  if (bytes.length !== ED25519_BYTES) return `expected ${ED25519_BYTES} bytes in base64, found ${bytes.length}`;
  try {
    publicKeyOf(text);
    return undefined;
  } catch {
    return 'expected a seed and, behind it, the public key that belongs to it';
  }
}

export function storeSecret({ text, signing }: NewSecret, ruleId: string, sealer: Pick<Sealer, 'seal'>): StoredSecret {
  return {
    sealed: sealer.seal(text, aadOf(ruleId)),
    signing,
    hint: text.slice(-4),
    public_key: signing === 'ed25519' ? publicKeyOf(text) : null,
    until: null,
  };
}

/**
 * The new one first; the one of before signs beside it until `until`. A rotation is never refused, as it may be urgent:
 * of old ones that would be too many, those that would end first end now.
 */
export function rotateSecrets(
  stored: readonly StoredSecret[],
  fresh: StoredSecret,
  { now, until }: { readonly now: Date; readonly until: Date },
): readonly StoredSecret[] {
  const old = stored.map((secret) => ({ ...secret, until: secret.until ?? until }));
  const alive = old.filter((secret) => secret.until > now);
  alive.sort((a, b) => b.until.getTime() - a.until.getTime());
  return [fresh, ...alive.slice(0, MAX_OLD_SECRETS)];
}

/** Throws `secret_unreadable`. */
export function openSecret({ sealed }: StoredSecret, ruleId: string, sealer: Pick<Sealer, 'open'>): string {
  return sealer.open(sealed, aadOf(ruleId));
}

export function openKeys(stored: readonly StoredSecret[], ruleId: string, sealer: Pick<Sealer, 'open'>): SigningKey[] {
  return stored.map((secret) => ({
    secret: openSecret(secret, ruleId, sealer),
    untilMs: secret.until === null ? null : secret.until.getTime(),
  }));
}

function aadOf(ruleId: string): string {
  return `rule:${ruleId}:secret`;
}
