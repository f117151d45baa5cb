/**
 * How a webhook makes sure who calls: the schemes, what each needs to know, and how the API shows it. Secrets go in
 * through `VerifyInput` and never come out again, except the ones Earshot made itself, once, in the answer that
 * reports their making.
 */
import { Type, type Static, type TProperties, type TSchema } from 'typebox';

export const DEFAULT_TOLERANCE_S = 300;
export const MIN_SECRET_BYTES = 16;
export const MAX_ALLOWED_ORIGINS = 20;

export const verifyTypes = [
  'none',
  'standard-webhooks',
  'github',
  'stripe',
  'slack',
  'shopify',
  'hmac',
  'basic',
  'api-key',
] as const;
export type VerifyType = (typeof verifyTypes)[number];

export const hmacAlgorithms = ['sha256', 'sha512', 'sha384', 'sha1'] as const;
export const hmacEncodings = ['hex', 'base64', 'base64url'] as const;

/** HTTP's `token` (RFC 9110, section 5.6.2), which is what a header may be called. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

const headerName = (description: string) => Type.String({ pattern: `^${TOKEN}$`, maxLength: 100, description });
const secret = () =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1_024,
      description: `At least ${MIN_SECRET_BYTES} bytes. Kept as it is when a change leaves it out.`,
    }),
  );
const previousSecret = () =>
  Type.Optional(
    Type.Union([Type.String({ minLength: 1, maxLength: 1_024 }), Type.Null()], {
      description: 'Valid as well, while senders move to the new one; null ends that.',
    }),
  );

const secrets = { secret: secret(), previous_secret: previousSecret() };
const passwords = { password: secret(), previous_password: previousSecret() };
const keys = { key: secret(), previous_key: previousSecret() };

const tolerance = {
  tolerance_s: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 86_400,
      description: `How far the timestamp may be off, in either direction. Default ${DEFAULT_TOLERANCE_S}.`,
    }),
  ),
};

const hmacSettings = {
  header: headerName('Where the signature is.'),
  algorithm: Type.Optional(Type.Enum(hmacAlgorithms, { description: 'Default sha256; sha1 only with `legacy`.' })),
  legacy: Type.Optional(Type.Boolean({ description: 'Says that a broken algorithm is meant.' })),
  encoding: Type.Optional(Type.Enum(hmacEncodings, { description: 'Of the signature. Default hex.' })),
  prefix: Type.Optional(Type.String({ maxLength: 32, description: 'Stands before the signature, such as `sha256=`.' })),
  secret_encoding: Type.Optional(
    Type.Enum(['utf8', 'hex', 'base64'], { description: 'How the key is written in `secret`. Default utf8.' }),
  ),
  signed: Type.Optional(
    Type.Array(Type.String({ pattern: `^(body|timestamp|header:${TOKEN}|text:.{1,64})$`, maxLength: 110 }), {
      minItems: 1,
      maxItems: 8,
      description: 'What is signed, in order: `body`, `timestamp`, `header:<name>`, `text:<words>`. Default ["body"].',
    }),
  ),
  separator: Type.Optional(
    Type.String({ pattern: '^[^0-9A-Za-z]{1,8}$', description: 'Stands between the parts. Default `.`' }),
  ),
  timestamp_header: Type.Optional(headerName('Unix seconds, compared with the clock; needed to sign `timestamp`.')),
  ...tolerance,
};

const basicSettings = { username: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^:]*$' }) };
const apiKeySettings = {
  header: Type.Optional(headerName('Default x-api-key.')),
  prefix: Type.Optional(Type.String({ maxLength: 32, description: 'Stands before the key, such as `Bearer `.' })),
};

const origins = {
  allowed_origins: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: '^[^*\\s]+$' }), {
      maxItems: MAX_ALLOWED_ORIGINS,
      uniqueItems: true,
      description: 'CloudEvents senders that are given permission when they ask (OPTIONS, WebHook-Request-Origin).',
    }),
  ),
};

/** Members every scheme takes besides its own. */
const inputExtras = {
  ...origins,
  hub_verify_token: Type.Optional(
    Type.Union([Type.String({ minLength: 1, maxLength: 1_024 }), Type.Null()], {
      description: "Answers Meta's `hub.challenge` when the caller knows it.",
    }),
  ),
  keep_previous: Type.Optional(
    Type.Boolean({
      description: 'In a change of the secret: the one valid until now stays valid as the previous one.',
    }),
  ),
};

/** Members every scheme is shown with besides its own. */
const viewExtras = {
  ...origins,
  has_secret: Type.Boolean(),
  has_previous_secret: Type.Boolean(),
  has_hub_verify_token: Type.Boolean(),
};

const closed = { additionalProperties: false } as const;

function variant<const T extends VerifyType, P extends TProperties, E extends TProperties>(type: T, own: P, extras: E) {
  return Type.Object({ type: Type.Literal(type), ...own, ...extras }, closed);
}

const inputs = [
  variant('none', {}, inputExtras),
  variant('standard-webhooks', { ...secrets, ...tolerance }, inputExtras),
  variant('github', secrets, inputExtras),
  variant('stripe', { ...secrets, ...tolerance }, inputExtras),
  variant('slack', { ...secrets, ...tolerance }, inputExtras),
  variant('shopify', secrets, inputExtras),
  variant('hmac', { ...secrets, ...hmacSettings }, inputExtras),
  variant('basic', { ...passwords, ...basicSettings }, inputExtras),
  variant('api-key', { ...keys, ...apiKeySettings }, inputExtras),
] as const;

const shown = 'Shown once, and only when Earshot made it.';
const madeSecret = { secret: Type.Optional(Type.String({ description: shown })) };
const madePassword = { password: Type.Optional(Type.String({ description: shown })) };
const madeKey = { key: Type.Optional(Type.String({ description: shown })) };

const views = [
  variant('none', {}, viewExtras),
  variant('standard-webhooks', { ...madeSecret, ...tolerance }, viewExtras),
  variant('github', madeSecret, viewExtras),
  variant('stripe', tolerance, viewExtras),
  variant('slack', tolerance, viewExtras),
  variant('shopify', {}, viewExtras),
  variant('hmac', { ...madeSecret, ...hmacSettings }, viewExtras),
  variant('basic', { ...madePassword, ...basicSettings }, viewExtras),
  variant('api-key', { ...madeKey, ...apiKeySettings }, viewExtras),
] as const;

export const VerifyInput = byType<Static<(typeof inputs)[number]>>(
  inputs,
  'How callers prove who they are. A secret that is left out is made here, where the scheme lets us choose it.',
);
export type VerifyInput = Static<(typeof inputs)[number]>;

export const VerifyView = byType<Static<(typeof views)[number]>>(views, 'Without secrets.');
export type VerifyView = Static<(typeof views)[number]>;

/** A union told apart by `type`, which lets a fault name the one variant that was meant. */
function byType<T>(variants: readonly TSchema[], description: string) {
  return Type.Unsafe<T>({
    type: 'object',
    required: ['type'],
    discriminator: { propertyName: 'type' },
    oneOf: variants,
    description,
  });
}
