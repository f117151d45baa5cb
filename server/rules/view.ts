/** A rule as the API shows it: members in the order they are promised, secrets as hints, sensitive headers as `[redacted]`. */
import type { Sealer } from '../lib/sealed.ts';
import { redactHeaders } from '../lib/secretHeaders.ts';
import type { JsonObject } from '../schemas/json.ts';
import { REDACTED, type Rule, type RuleTarget } from '../schemas/rule.ts';
import { formatOf, type RuleDocument, type StoredTarget } from './document.ts';
import { type Headers, openHeaders } from './headers.ts';

export interface ViewDeps {
  readonly sealer: Pick<Sealer, 'open'>;
  readonly now: () => number;
  /** Why a stored rule cannot be used, where that is so. */
  readonly unusableReason: (ruleId: string) => string | undefined;
}

export function createRuleView({ sealer, now, unusableReason }: ViewDeps) {
  /** A list is shown although one of its rules cannot be read. */
  function headersOf({ _id, headers }: RuleDocument): Headers {
    try {
      return redactHeaders(openHeaders(headers, _id, sealer), REDACTED);
    } catch {
      return {};
    }
  }

  return function view(rule: RuleDocument): Rule {
    const [current] = rule.secrets;
    const unusable = unusableReason(rule._id);
    return {
      id: rule._id,
      name: rule.name,
      enabled: rule.enabled && unusable === undefined,
      disabled_reason: unusable ?? rule.disabled_reason,
      events: [...rule.events],
      filter: rule.filter === null ? null : (JSON.parse(rule.filter) as JsonObject),
      transform: rule.transform,
      format: formatOf(rule),
      target: viewTarget(rule.target),
      headers: headersOf(rule),
      method: rule.method,
      timeout_ms: rule.timeout_ms,
      max_in_flight: rule.max_in_flight,
      rate: rule.rate,
      ordering: rule.order_by === null ? 'none' : { by: rule.order_by },
      retry: { schedule_s: [...rule.schedule_s] },
      signing: current?.signing ?? 'hmac',
      secret_hint: current?.hint ?? '',
      public_key: current?.public_key ?? null,
      old_secrets: rule.secrets.flatMap(({ hint, until }) =>
        until !== null && until.getTime() > now() ? [{ hint, signs_until: until.toISOString() }] : [],
      ),
      failing_since: rule.failing_since?.toISOString() ?? null,
      environment_id: rule.environment_id,
      revision: rule.revision,
      created_at: rule.created_at.toISOString(),
      updated_at: rule.updated_at.toISOString(),
    };
  };
}

function viewTarget(target: StoredTarget): RuleTarget {
  switch (target.type) {
    case 'url':
      return { url: target.url };
    case 'listener':
      return { action: target.action, props: JSON.parse(target.props) as JsonObject };
  }
}
