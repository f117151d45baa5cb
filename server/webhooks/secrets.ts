/**
 * The secrets of a webhook's verification, from the moment they are given to the moment they are used: checked, made
 * where none was given, sealed, carried over when the rest changes, opened again. The sealing is bound to the webhook's
 * id, so a sealed secret is of no use in another record.
 */
import { AppError, type FieldFault } from '../lib/errors.ts';
import type { Sealer } from '../lib/sealed.ts';
import { DEFAULT_TOLERANCE_S, MIN_SECRET_BYTES, type VerifyInput, type VerifyType } from '../schemas/verify.ts';
import { secretMembers, type StoredVerify } from './document.ts';
import { hmacFaults, hmacSettings } from './hmacSettings.ts';
import type { VerifyConfig } from './verify/config.ts';

export interface StoreVerifyInput {
  readonly input: VerifyInput;
  /** What is stored now, when this is a change. */
  readonly before?: StoredVerify;
  readonly webhookId: string;
  readonly sealer: Sealer;
  readonly randomBytes: (count: number) => Buffer;
}

export interface NewVerify {
  readonly stored: StoredVerify;
  /** The secret, when it was made here: the one time it may be shown. */
  readonly made?: string;
}

/** Throws `invalid_input` with the faults that a schema cannot say. */
export function storeVerify({ input, before, webhookId, sealer, randomBytes }: StoreVerifyInput): NewVerify {
  const given = readGiven(input);
  const open = (sealed: string | undefined) =>
    sealed === undefined ? undefined : sealer.open(sealed, aadOf(webhookId));
  const seal = (plain: string) => sealer.seal(plain, aadOf(webhookId));
  const isSameType = before?.settings.type === input.type;

  const kept = isSameType ? open(before.secret) : undefined;
  const made = given.secret === undefined && kept === undefined ? makeSecret(input.type, randomBytes) : undefined;
  const secret = given.secret ?? kept ?? made;
  const previous = previousOf(given, kept, isSameType ? open(before.previous_secret) : undefined);
  const hubToken = given.hubToken === undefined ? open(before?.hub_verify_token) : (given.hubToken ?? undefined);

  const faults = [
    ...secretFaults(input, secret, previous, given),
    ...(hubToken === undefined ? [] : lengthFaults('hub_verify_token', Buffer.byteLength(hubToken))),
    ...(input.type === 'hmac' ? hmacFaults(input) : []),
  ];
  if (faults.length > 0) {
    throw new AppError('invalid_input', {
      detail: `The body at ${faults[0]!.path}: ${faults[0]!.message}.`,
      errors: faults,
    });
  }
  return {
    stored: {
      settings: settingsOf(input),
      ...(secret !== undefined && { secret: seal(secret) }),
      ...(previous !== undefined && { previous_secret: seal(previous) }),
      ...(hubToken !== undefined && { hub_verify_token: seal(hubToken) }),
    },
    ...(made !== undefined && { made }),
  };
}

/** The verification ready to use. Throws `secret_unreadable`. */
export function openVerify(
  { settings, ...sealed }: StoredVerify,
  webhookId: string,
  sealer: Pick<Sealer, 'open'>,
): VerifyConfig {
  const keys = [sealed.secret, sealed.previous_secret].flatMap((text) =>
    text === undefined ? [] : [keyBytes(settings, sealer.open(text, aadOf(webhookId)))],
  );
  switch (settings.type) {
    case 'none':
      return { type: 'none' };
    case 'standard-webhooks':
    case 'stripe':
    case 'slack':
      return { type: settings.type, keys, toleranceS: settings.tolerance_s ?? DEFAULT_TOLERANCE_S };
    case 'github':
    case 'shopify':
      return { type: settings.type, keys };
    case 'hmac':
      return { type: 'hmac', keys, ...hmacSettings(settings) };
    case 'basic':
      return { type: 'basic', keys, username: settings.username };
    case 'api-key':
      return {
        type: 'api-key',
        keys,
        header: (settings.header ?? 'x-api-key').toLowerCase(),
        prefix: settings.prefix ?? '',
      };
  }
}

export function openHubToken(stored: StoredVerify, webhookId: string, sealer: Pick<Sealer, 'open'>): string | null {
  return stored.hub_verify_token === undefined ? null : sealer.open(stored.hub_verify_token, aadOf(webhookId));
}

/** What a scheme calls its secret in the API. */
export function secretNameOf(type: VerifyType): 'secret' | 'password' | 'key' {
  return type === 'basic' ? 'password' : type === 'api-key' ? 'key' : 'secret';
}

// --- reading what was given

interface Given {
  readonly secret?: string | undefined;
  /** Null ends the previous one. */
  readonly previous?: string | null | undefined;
  readonly keepPrevious: boolean;
  readonly hubToken?: string | null | undefined;
}

function readGiven(input: VerifyInput): Given {
  const rest = { keepPrevious: input.keep_previous === true, hubToken: input.hub_verify_token };
  switch (input.type) {
    case 'none':
      return rest;
    case 'basic':
      return { ...rest, secret: input.password, previous: input.previous_password };
    case 'api-key':
      return { ...rest, secret: input.key, previous: input.previous_key };
    default:
      return { ...rest, secret: input.secret, previous: input.previous_secret };
  }
}

function previousOf(given: Given, current: string | undefined, previous: string | undefined): string | undefined {
  if (given.previous !== undefined) return given.previous ?? undefined;
  if (given.keepPrevious && given.secret !== undefined) return current;
  // A new secret ends the old ones unless the caller says otherwise: it may be new because the old one leaked.
  return given.secret === undefined ? previous : undefined;
}

function settingsOf(input: VerifyInput): StoredVerify['settings'] {
  const secret: ReadonlySet<string> = new Set(secretMembers);
  return Object.fromEntries(Object.entries(input).filter(([name]) => !secret.has(name))) as StoredVerify['settings'];
}

// --- checking and making

const givenByProvider: ReadonlySet<VerifyType> = new Set(['stripe', 'slack', 'shopify']);
const MADE_BYTES = 32;

/** Undefined where there is none to make: the provider makes it, or the scheme has none. */
function makeSecret(type: VerifyType, randomBytes: (count: number) => Buffer): string | undefined {
  if (type === 'none' || givenByProvider.has(type)) return undefined;
  const bytes = randomBytes(MADE_BYTES);
  return type === 'standard-webhooks' ? `whsec_${bytes.toString('base64')}` : bytes.toString('base64url');
}

function secretFaults(
  input: VerifyInput,
  secret: string | undefined,
  previous: string | undefined,
  given: Given,
): FieldFault[] {
  if (input.type === 'none') return [];
  const name = secretNameOf(input.type);
  const faults: FieldFault[] = [];
  if (secret === undefined) {
    faults.push(fault(name, `is required: ${input.type} gives it to you, in the settings of your account there`));
  }
  if (given.keepPrevious && given.secret === undefined) {
    faults.push(fault('keep_previous', `is only for a change that gives a new ${name}`));
  }
  for (const [member, text] of [
    [name, secret],
    [`previous_${name}`, previous],
  ] as const) {
    if (text !== undefined) faults.push(...keyFaults(input, member, text));
  }
  return faults;
}

function keyFaults(input: VerifyInput, member: string, text: string): FieldFault[] {
  const encoding = keyEncoding(input);
  if (encoding === 'base64' && !isBase64(withoutScheme(text))) {
    const form = input.type === 'standard-webhooks' ? 'whsec_ and base64' : 'base64';
    return [fault(member, `expected ${form}, found something else`)];
  }
  if (encoding === 'hex' && !/^(?:[0-9a-fA-F]{2})+$/.test(text)) {
    return [fault(member, 'expected hexadecimal digits in pairs, found something else')];
  }
  return lengthFaults(member, keyBytes(input, text).length);
}

function lengthFaults(member: string, byteCount: number): FieldFault[] {
  if (byteCount >= MIN_SECRET_BYTES) return [];
  return [
    fault(member, `expected at least ${MIN_SECRET_BYTES} bytes, found ${byteCount}: shorter ones can be guessed`),
  ];
}

function fault(member: string, message: string): FieldFault {
  return { in: 'body', path: `/verify/${member}`, message };
}

// --- bytes

type Settings = VerifyInput | StoredVerify['settings'];

function keyEncoding(settings: Settings): 'utf8' | 'hex' | 'base64' {
  if (settings.type === 'standard-webhooks') return 'base64';
  return settings.type === 'hmac' ? (settings.secret_encoding ?? 'utf8') : 'utf8';
}

function keyBytes(settings: Settings, text: string): Buffer {
  const encoding = keyEncoding(settings);
  return Buffer.from(encoding === 'base64' ? withoutScheme(text) : text, encoding);
}

function withoutScheme(text: string): string {
  return text.startsWith('whsec_') ? text.slice('whsec_'.length) : text;
}

function isBase64(text: string): boolean {
  return (
    /^[A-Za-z0-9+/]+={0,2}$/.test(text) &&
    Buffer.from(text, 'base64').toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
  );
}

function aadOf(webhookId: string): string {
  return `webhook:${webhookId}`;
}
