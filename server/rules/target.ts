/** Where a rule sends to, checked when it is saved: by the text of the URL, or by what the app's listeners say. */
import { EgressError } from '../lib/egress/errors.ts';
import { AppError } from '../lib/errors.ts';
import { compileSchema } from '../lib/schema.ts';
import type { JsonObject } from '../schemas/json.ts';
import type { RuleTarget } from '../schemas/rule.ts';
import type { StoredTarget } from './document.ts';
import { invalid, invalidAll } from './invalid.ts';

export interface TargetDeps {
  readonly listeners: {
    readonly get: (name: string) => { readonly propsSchema?: JsonObject } | undefined;
    /** Names that look like the given one. */
    readonly nearest: (name: string) => readonly string[];
  };
  readonly egress: {
    /** Throws an EgressError; looks nothing up, as a name that has no address now may have one later. */
    readonly inspect: (url: string) => void;
  };
}

const MAX_PROPS_BYTES = 64 * 1_024;

/** Throws `invalid_input`, `egress_blocked` or `listener_not_found`. */
export function checkTarget(target: RuleTarget, deps: TargetDeps): StoredTarget {
  if ('url' in target) {
    checkUrl(target.url, deps.egress);
    return { type: 'url', url: target.url };
  }
  return { type: 'listener', action: target.action, props: checkedProps(target, deps.listeners) };
}

/** How the URL is dialled, however it was written. */
export function endpointOf(target: StoredTarget): string | null {
  return target.type === 'url' ? spelledOut(target.url) : null;
}

export function spelledOut(url: string): string {
  return URL.canParse(url) ? new URL(url).href : url;
}

function checkUrl(url: string, egress: TargetDeps['egress']): void {
  try {
    egress.inspect(url);
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    if (error.code !== 'egress_blocked') throw invalid('/target/url', error.message);
    throw new AppError('egress_blocked', {
      detail: `The body at /target/url: ${error.message}.`,
      errors: [{ in: 'body', path: '/target/url', message: error.message }],
      cause: error,
    });
  }
}

function checkedProps(
  { action, props = {} }: Extract<RuleTarget, { readonly action: string }>,
  listeners: TargetDeps['listeners'],
): string {
  const listener = listeners.get(action);
  if (listener === undefined) throw unknownListener(action, listeners.nearest(action));
  const text = JSON.stringify(props);
  if (Buffer.byteLength(text) > MAX_PROPS_BYTES) {
    throw invalid('/target/props', `expected at most ${MAX_PROPS_BYTES} bytes of JSON`);
  }
  const faults = listener.propsSchema === undefined ? [] : compileSchema(listener.propsSchema)(props);
  if (faults.length > 0) {
    throw invalidAll(faults.map(({ path, message }) => ({ path: `/target/props${path}`, message })));
  }
  return text;
}

function unknownListener(action: string, nearest: readonly string[]): AppError {
  const hint = nearest.length === 0 ? '' : ` Did you mean ${nearest.join(' or ')}?`;
  return new AppError('listener_not_found', {
    detail: `There is no listener '${action}' in listeners/.${hint}`,
    errors: [{ in: 'body', path: '/target/action', message: 'expected the name of a listener' }],
    extra: { nearest },
  });
}
