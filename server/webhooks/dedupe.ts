/**
 * By what a repetition of a request is told, worked out after it was verified.
 *
 * Every key begins with the webhook's id, so nobody's keys touch another webhook. They are stored with the run in a
 * unique sparse index over the list `dedupe_keys`: of copies that arrive at once exactly one insert wins. A request may
 * have two keys, and sharing one of them is enough:
 *
 * - the sender's id of the delivery: the one that is signed where a scheme signs one, else the first header of the list
 *   below, or the field or header that the webhook's `dedupe` names;
 * - what was signed. Ids in other headers are not signed, so whoever captured a request could send it again under
 *   another one. Where the signature covers a time, time and body together stand for the delivery; where it does not
 *   (GitHub, Shopify), the body does for the length of the window. `dedupe.body` sets the latter for other schemes.
 */
import { hash } from 'node:crypto';
import { AppError } from '../lib/errors.ts';
import type { Json } from '../schemas/json.ts';
import type { ReadyWebhook } from './ready.ts';
import type { SignedRequest, Verdict } from './verify/config.ts';

export interface DedupeInput {
  readonly webhook: Pick<ReadyWebhook, 'id' | 'verify' | 'dedupe'>;
  readonly request: Pick<SignedRequest, 'headers' | 'rawBody'>;
  readonly verdict: Extract<Verdict, { readonly ok: true }>;
  /** Read only when a field of it is the key. */
  readonly event: { readonly value: Json };
}

/** As starting a run takes it. */
export interface DedupeKeys {
  readonly keys: readonly string[];
  readonly windowMs: number;
}

const MAX_KEY_CHARS = 256;

/** In order of preference; a provider's own comes first on its own scheme. */
const ID_HEADERS = ['webhook-id', 'svix-id', 'idempotency-key', 'x-github-delivery', 'x-shopify-webhook-id'];

/** Undefined when nothing tells a repetition. Throws `duplicate_header` when a header with the id appears twice. */
export function dedupeKeysOf({ webhook, request, verdict, event }: DedupeInput): DedupeKeys | undefined {
  const { dedupe } = webhook;
  const keys: string[] = [];
  const add = (source: string, value: string) => {
    keys.push(`${webhook.id}:${value.length > MAX_KEY_CHARS ? `${source}#:${digest(value)}` : `${source}:${value}`}`);
  };

  if (dedupe.field !== undefined) {
    const value = textOf(fieldOf(event.value, dedupe.field));
    if (value !== undefined) add('field', value);
  } else if (dedupe.header !== undefined) {
    const value = onlyValue(request, dedupe.header);
    if (value !== undefined) add(dedupe.header, value);
  } else {
    const id = signedIdOf(verdict) ?? headerId(webhook.verify.type, request);
    if (id !== undefined) add(id.source, id.value);
  }
  const isBySignedId = verdict.signedId !== undefined && dedupe.field === undefined && dedupe.header === undefined;

  if (verdict.signedTimestamp !== undefined && !isBySignedId) {
    add('signed', `${verdict.signedTimestamp}.${digest(request.rawBody)}`);
  } else if (dedupe.body) {
    add('body', digest(request.rawBody));
  }
  return keys.length === 0 ? undefined : { keys, windowMs: dedupe.windowMs };
}

function signedIdOf({ signedId }: DedupeInput['verdict']): { source: string; value: string } | undefined {
  return signedId === undefined ? undefined : { source: 'id', value: signedId };
}

function headerId(type: string, request: DedupeInput['request']): { source: string; value: string } | undefined {
  const own = type === 'github' ? ['x-github-delivery'] : type === 'shopify' ? ['x-shopify-webhook-id'] : [];
  for (const source of [...own, ...ID_HEADERS]) {
    const value = onlyValue(request, source);
    if (value !== undefined) return { source, value };
  }
  return undefined;
}

function onlyValue({ headers }: DedupeInput['request'], name: string): string | undefined {
  const values = headers[name];
  if (values === undefined) return undefined;
  if (values.length > 1)
    throw new AppError('duplicate_header', { detail: `The header ${name} appears more than once.` });
  return values[0] === '' ? undefined : values[0];
}

/** A JSON Pointer (`/data/id`) or a dotted path (`data.id`); only own members are followed. */
function fieldOf(event: Json, path: string): Json | undefined {
  const steps = path.startsWith('/')
    ? path
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.split('.');
  let at: Json | undefined = event;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string, Json>>)[step];
  }
  return at;
}

/** Undefined for what cannot be an id: nothing there, null, empty text. */
function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function digest(data: string | Uint8Array): string {
  return hash('sha256', data, 'base64url' as 'base64');
}
