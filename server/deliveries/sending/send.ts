/** Sends one rendered request and writes down everything about it: what went out, what came back, how long each part took. */
import { hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import type { Clock } from '../../lib/clock.ts';
import type { Egress, EgressResponse } from '../../lib/egress.ts';
import { type EgressError, type EgressTimings } from '../../lib/egress/errors.ts';
import { egressErrorOf } from '../../lib/egress/translate.ts';
import { redactHeaders } from '../../lib/secretHeaders.ts';
import { type Attempt, KEPT_RESPONSE_BYTES } from '../../schemas/delivery.ts';
import { REDACTED } from '../../schemas/rule.ts';
import type { StoredAttempt } from '../document.ts';
import { NO_TIMINGS } from './losses.ts';
import { type Verdict, verdictOfFault, verdictOfResponse } from './outcome.ts';
import type { Rendered } from './render.ts';

export interface SendDeps {
  readonly egress: Pick<Egress, 'request'>;
  readonly clock: Clock;
}

export interface SendOptions {
  readonly timeoutMs: number;
  readonly scheduleMs: readonly number[];
  readonly signal?: AbortSignal;
}

/** What an attempt is, but for whose it is. */
export type Exchange = Pick<StoredAttempt, 'status' | 'at' | 'timings' | 'request' | 'response' | 'error'>;

export interface Sent {
  readonly exchange: Exchange;
  readonly verdict: Verdict;
}

/** More than is kept, so that most connections can be used again; no more, because nobody reads it. */
const READ_RESPONSE_BYTES = 64 * 1024;

export type Send = (rendered: Extract<Rendered, { status: 'ready' }>, options: SendOptions) => Promise<Sent>;

/** Never rejects: what can happen to a request is a verdict. */
export function createSend({ egress, clock }: SendDeps): Send {
  return async function send(rendered, { timeoutMs, scheduleMs, signal }) {
    const { method, url, headers, body } = rendered;
    const at = new Date(clock.now());
    const request = {
      method,
      url,
      headers: keptHeaders(headers),
      body_sha256: hash('sha256', body, 'hex'),
      body_bytes: body.length,
    };
    try {
      const response = await egress.request({
        url,
        method,
        headers,
        ...(body.length > 0 && { body }),
        timeoutMs,
        maxResponseBytes: READ_RESPONSE_BYTES,
        tooLarge: 'cut',
        ...(signal && { signal }),
      });
      const verdict = verdictOfResponse(response, scheduleMs, clock.now());
      const timings = toTimings(response.timings);
      return { verdict, exchange: { ...resultOf(verdict), at, timings, request, response: toResponse(response) } };
    } catch (thrown) {
      const fault = egressErrorOf(thrown);
      const verdict = verdictOfFault(fault.code, messageOf(fault));
      const timings = fault.timings === undefined ? NO_TIMINGS : toTimings(fault.timings);
      return { verdict, exchange: { ...resultOf(verdict), at, timings, request, response: null } };
    }
  };
}

/** How an attempt that ended so is written down. */
export function resultOf(verdict: Verdict): Pick<StoredAttempt, 'status' | 'error'> {
  return verdict.type === 'succeeded'
    ? { status: 'succeeded', error: null }
    : { status: 'failed', error: verdict.error };
}

/** The message says no more than the name of a code and, where one came, the status. */
function messageOf({ message, status }: EgressError): string {
  return status === undefined ? message : `${message} (after the head of a response with status ${status})`;
}

function toTimings({ dnsMs, connectMs, tlsMs, firstByteMs, totalMs }: EgressTimings): Attempt['timings'] {
  return {
    dns_ms: rounded(dnsMs),
    connect_ms: rounded(connectMs),
    tls_ms: rounded(tlsMs),
    first_byte_ms: rounded(firstByteMs),
    total_ms: rounded(totalMs),
  };
}

function rounded<T extends number | null>(ms: T): T extends null ? number | null : number;
function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 100) / 100;
}

function toResponse({ status, headers, body, isCut }: EgressResponse): StoredAttempt['response'] {
  const isLonger = body.length > KEPT_RESPONSE_BYTES;
  const kept = isLonger ? body.subarray(0, KEPT_RESPONSE_BYTES) : body;
  const text = textOf(kept, isLonger || isCut);
  return {
    status,
    headers: keptHeaders(headers),
    body: text ?? Buffer.from(kept).toString('base64'),
    body_encoding: text === undefined ? 'base64' : 'utf8',
    truncated: isLonger || isCut,
  };
}

/** Names that begin with `$` mean something to a database; nobody sends them who means well. */
function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith('$'));
  return redactHeaders(Object.fromEntries(kept), REDACTED);
}

/** Undefined where the bytes are no UTF-8. A character that the cut goes through is left off. */
function textOf(bytes: Uint8Array, isCut: boolean): string | undefined {
  for (let dropped = 0; dropped <= (isCut ? 3 : 0); dropped++) {
    const whole = bytes.subarray(0, bytes.length - dropped);
    if (isUtf8(whole)) return Buffer.from(whole).toString();
  }
  return undefined;
}
