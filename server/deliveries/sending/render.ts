/**
 * Makes the exact request that one event is for one rule: transform, format, headers, signature. The preview asks here
 * too, so what it shows is what would be sent.
 */
import type { Expressions } from '../../listeners/expressions.ts';
import { signWebhook } from '../../lib/signature.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import { HOPS_HEADER, type Event } from '../../schemas/event.ts';
import type { Json } from '../../schemas/json.ts';
import type { RuleMethod } from '../../schemas/rule.ts';
import type { Content } from './formats/format.ts';
import { formats } from './formats/formats.ts';

export interface RenderDeps {
  readonly expressions: Pick<Expressions, 'evaluate'>;
  /** Of Earshot; stands in `user-agent`. */
  readonly version: string;
}

export interface RenderOptions {
  /** The time that is signed. */
  readonly nowMs: number;
  /** How many deliveries of our own led to the event; the request says one more. */
  readonly hops?: number;
  readonly signal?: AbortSignal;
}

export type Rendered =
  | {
      readonly status: 'ready';
      readonly method: RuleMethod;
      readonly url: string;
      /** Lower-case names. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  /** The target is a listener: this is the event that it gets. */
  | { readonly status: 'listener'; readonly kind: 'json' | 'text'; readonly body: Uint8Array }
  /** The transform gave nothing. */
  | { readonly status: 'dropped' }
  | { readonly status: 'failed'; readonly reason: string }
  /** Nobody's fault: to be tried again. */
  | { readonly status: 'unavailable' };

export type Render = (rule: ReadyRule, event: Event, options: RenderOptions) => Promise<Rendered>;

export function createRender({ expressions, version }: RenderDeps): Render {
  const userAgent = `Earshot/${version}`;

  return async function render(rule, event, options) {
    const made = await dataOf(rule, event, options.signal);
    if (made.status !== 'value') return made;
    const content = formats[rule.format]({ event, data: made.data });
    const { target, method } = rule;
    if (target.type === 'listener') {
      return { status: 'listener', kind: isText(content) ? 'text' : 'json', body: content.body };
    }
    const body = method === 'GET' ? new Uint8Array() : content.body; // a GET has no body to say anything with
    const headers = {
      ...customHeaders(target.headers, rule),
      ...(method !== 'GET' && { 'content-type': contentTypeOf(rule, target.headers, content) }),
      ...content.headers,
      'user-agent': userAgent,
      [HOPS_HEADER]: String((options.hops ?? 0) + 1),
      ...signatureHeaders(rule, event.id, body, options.nowMs),
    };
    return { status: 'ready', method, url: target.url, headers, body };
  };

  async function dataOf(
    { transform }: ReadyRule,
    event: Event,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly status: 'value'; readonly data: Json } | Exclude<Rendered, { status: 'ready' | 'listener' }>> {
    if (transform === null) return { status: 'value', data: event.data };
    const outcome = await expressions.evaluate(transform, JSON.stringify(event), signal);
    switch (outcome.status) {
      case 'value':
        return { status: 'value', data: JSON.parse(outcome.json) as Json };
      case 'nothing':
        return { status: 'dropped' };
      case 'failed':
      case 'unavailable':
        return outcome;
    }
  }
}

/** Anything a custom header could stand in for is written after it, so none replaces what Earshot says. */
function customHeaders(headers: Readonly<Record<string, string>>, { method }: ReadyRule): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !name.startsWith('webhook-') && !(method === 'GET' && name === 'content-type')),
  );
}

/** The format knows what it wrote; only with `raw` the rule's author does, and may say it in a header. */
function contentTypeOf({ format }: ReadyRule, headers: Readonly<Record<string, string>>, content: Content): string {
  const given = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return format === 'raw' && given !== undefined ? given : content.contentType;
}

function signatureHeaders(rule: ReadyRule, id: string, body: Uint8Array, nowMs: number): Record<string, string> {
  const timestampS = Math.floor(nowMs / 1_000);
  const secrets = rule.keys.filter(({ untilMs }) => untilMs === null || untilMs > nowMs).map(({ secret }) => secret);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signWebhook({ id, timestampS, body, secrets }),
  };
}

function isText({ contentType }: Content): boolean {
  return contentType.startsWith('text/');
}
