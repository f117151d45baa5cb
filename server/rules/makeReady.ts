/** Makes a stored rule ready to use. What cannot be used becomes a disabled rule that says why, and harms no other. */
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Sealer } from '../lib/sealed.ts';
import type { Event } from '../schemas/event.ts';
import type { JsonObject } from '../schemas/json.ts';
import { formatOf, type RuleDocument } from './document.ts';
import { equalitiesOf, type Equality } from './equalities.ts';
import { compileFilter } from './filter.ts';
import { openHeaders } from './headers.ts';
import type { ReadyRule, ReadyTarget } from './ready.ts';
import { openKeys } from './secrets.ts';

export interface MakeReadyDeps {
  readonly sealer: Pick<Sealer, 'open'>;
  readonly log: Pick<Logger, 'error'>;
}

export interface MadeReady {
  readonly rule: ReadyRule;
  readonly equalities: readonly Equality[];
}

export function makeReady(document: RuleDocument, { sealer, log }: MakeReadyDeps): MadeReady {
  try {
    const filter = document.filter === null ? null : (JSON.parse(document.filter) as JsonObject);
    const { passes } = compileFilter(filter);
    const keys = openKeys(document.secrets, document._id, sealer);
    const target = openTarget(document, sealer);
    return {
      equalities: equalitiesOf(filter),
      rule: {
        ...plainParts(document),
        target,
        keys,
        passes: (event) => {
          try {
            return passes(event);
          } catch (error) {
            // The matcher is made not to throw. If it does, that is this rule's trouble only.
            log.error({ err: error, ruleId: document._id, eventId: event.id }, 'rule.filter_failed');
            return false;
          }
        },
      },
    };
  } catch (error) {
    const unusable = `The rule cannot be used: ${error instanceof AppError ? error.message : 'it is stored in a form that cannot be read.'}`;
    log.error({ err: error, ruleId: document._id }, 'rule.unusable');
    return { equalities: [], rule: unusableRule(document, unusable) };
  }
}

function unusableRule(document: RuleDocument, unusable: string): ReadyRule {
  const { target } = document;
  return {
    ...plainParts(document),
    isEnabled: false,
    unusable,
    passes: (_event: Event) => false,
    keys: [],
    target:
      target.type === 'url'
        ? { type: 'url', url: target.url, headers: {} }
        : { type: 'listener', action: target.action, propsJson: target.props },
  };
}

function plainParts(document: RuleDocument): Omit<ReadyRule, 'passes' | 'keys' | 'target'> {
  return {
    id: document._id,
    environmentId: document.environment_id,
    revision: document.revision,
    name: document.name,
    isEnabled: document.enabled,
    events: document.events,
    transform: document.transform,
    format: formatOf(document),
    method: document.method,
    timeoutMs: document.timeout_ms,
    maxInFlight: document.max_in_flight,
    rate: document.rate,
    orderBy: document.order_by,
    scheduleMs: document.schedule_s.map((seconds) => seconds * 1_000),
    failingSince: document.failing_since,
    createdAt: document.created_at,
  };
}

function openTarget({ _id, target, headers }: RuleDocument, sealer: Pick<Sealer, 'open'>): ReadyTarget {
  switch (target.type) {
    case 'url':
      return { type: 'url', url: target.url, headers: openHeaders(headers, _id, sealer) };
    case 'listener':
      return { type: 'listener', action: target.action, propsJson: target.props };
  }
}
