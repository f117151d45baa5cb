/** A rule as it is about to be stored: input checked against what a schema cannot say, defaults filled in. */
import type { Clock } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';
import type { Sealer } from '../lib/sealed.ts';
import type { JsonObject } from '../schemas/json.ts';
import {
  DEFAULT_MAX_IN_FLIGHT,
  DEFAULT_SCHEDULE_S,
  DEFAULT_TIMEOUT_MS,
  REDACTED,
  type RuleCreate,
  type RuleOrdering,
  type RulePatch,
} from '../schemas/rule.ts';
import { formatOf, type RuleDocument } from './document.ts';
import { compileFilter } from './filter.ts';
import { checkRuleHeaders, type Headers, openHeaders, restoreHeaders, sealHeaders } from './headers.ts';
import { checkAt, invalid } from './invalid.ts';
import { storeSecret, takeSecret } from './secrets.ts';
import { checkTarget, endpointOf, type TargetDeps } from './target.ts';

export interface DraftDeps extends TargetDeps {
  readonly expressions: {
    /** Throws `invalid_input` where it does not parse or is nested too deeply. */
    readonly check: (expression: string) => void;
  };
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly randomBytes: (count: number) => Buffer;
}

export interface NewRule {
  readonly rule: RuleDocument;
  /** The secret, given or made: the one time it may be shown. */
  readonly secret: string;
}

/** What a patch can change, whole. */
type Settings = Pick<
  RuleDocument,
  | 'name'
  | 'enabled'
  | 'events'
  | 'filter'
  | 'transform'
  | 'format'
  | 'target'
  | 'endpoint'
  | 'method'
  | 'timeout_ms'
  | 'max_in_flight'
  | 'rate'
  | 'order_by'
  | 'schedule_s'
>;

const DEFAULTS: Omit<Settings, 'events' | 'target' | 'endpoint'> = {
  name: null,
  enabled: true,
  filter: null,
  transform: null,
  format: null,
  method: 'POST',
  timeout_ms: DEFAULT_TIMEOUT_MS,
  max_in_flight: DEFAULT_MAX_IN_FLIGHT,
  rate: null,
  order_by: null,
  schedule_s: DEFAULT_SCHEDULE_S,
};

export function createDrafts(deps: DraftDeps) {
  const { expressions, sealer, clock, newId, randomBytes } = deps;

  /** Throws `invalid_input`, `egress_blocked` or `listener_not_found`. */
  function make(environmentId: number, input: RuleCreate): NewRule {
    const now = new Date(clock.now());
    const id = newId('rul');
    const target = checkTarget(input.target, deps);
    const settings = merge({ ...DEFAULTS, events: input.events, target, endpoint: endpointOf(target) }, input);
    const secret = takeSecret(input, randomBytes);
    return {
      secret: secret.text,
      rule: {
        _id: id,
        environment_id: environmentId,
        ...settings,
        disabled_reason: null,
        headers: headersOf(id, settings, {}, input.headers ?? {}),
        secrets: [storeSecret(secret, id, sealer)],
        failing_since: null,
        created_at: now,
        updated_at: now,
        revision: 1,
        version: 1,
      },
    };
  }

  /** Members left out stay as they are. Enabling forgets why it was disabled and since when it failed. */
  function change(read: RuleDocument, input: RulePatch): RuleDocument {
    const settings = merge(read, input);
    const isMoved = settings.target.type !== read.target.type;
    const hasNewHeaders = input.headers !== undefined || isMoved || formatOf(settings) !== formatOf(read);
    const isSwitched = input.enabled !== undefined && (input.enabled !== read.enabled || input.enabled);
    return {
      ...read,
      ...settings,
      ...(hasNewHeaders && { headers: changedHeaders(read, settings, input.headers) }),
      ...(isSwitched && { disabled_reason: null }),
      ...(input.enabled === true && { failing_since: null }),
      updated_at: new Date(clock.now()),
      revision: read.revision + 1,
    };
  }

  function merge(before: Settings, input: RulePatch): Settings {
    const { transform = before.transform, ordering, retry, filter } = input;
    if (input.transform != null) checkExpression('/transform', input.transform);
    const target = input.target === undefined ? before.target : checkTarget(input.target, deps);
    return {
      name: input.name === undefined ? before.name : input.name,
      enabled: input.enabled ?? before.enabled,
      events: input.events ?? before.events,
      filter: filter === undefined ? before.filter : checkedFilter(filter),
      transform,
      format: input.format ?? before.format,
      target,
      endpoint: endpointOf(target),
      method: input.method ?? before.method,
      timeout_ms: input.timeout_ms ?? before.timeout_ms,
      max_in_flight: input.max_in_flight ?? before.max_in_flight,
      rate: input.rate === undefined ? before.rate : input.rate,
      order_by: ordering === undefined ? before.order_by : checkedOrder(ordering),
      schedule_s: retry?.schedule_s ?? before.schedule_s,
    };
  }

  function checkedOrder(ordering: RuleOrdering): string | null {
    if (ordering === 'none') return null;
    checkExpression('/ordering/by', ordering.by);
    return ordering.by;
  }

  function checkExpression(path: string, expression: string): void {
    checkAt(path, () => expressions.check(expression));
  }

  function changedHeaders(read: RuleDocument, settings: Settings, given: Headers | undefined): string {
    if (given === undefined && settings.target.type === 'listener') return headersOf(read._id, settings, {}, {});
    const needsStored = given === undefined || Object.values(given).includes(REDACTED);
    const stored = needsStored ? openHeaders(read.headers, read._id, sealer) : {};
    return headersOf(read._id, settings, stored, given ?? stored);
  }

  function headersOf(id: string, settings: Settings, stored: Headers, given: Headers): string {
    const headers = restoreHeaders(given, stored);
    if (settings.target.type === 'listener' && Object.keys(headers).length > 0) {
      throw invalid('/headers', 'are for a URL; a listener gets none');
    }
    checkRuleHeaders(headers, formatOf(settings));
    return sealHeaders(headers, id, sealer);
  }

  return { make, change };
}

function checkedFilter(filter: JsonObject | null): string | null {
  if (filter === null) return null;
  checkAt('/filter', () => compileFilter(filter));
  return JSON.stringify(filter);
}
