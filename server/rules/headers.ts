/**
 * The headers a rule sends along. Their values may be credentials, so all are sealed at rest, and those whose name says
 * so are never shown again: `[redacted]` stands for them, and sent back it keeps what is stored.
 */
import { EgressError } from '../lib/egress/errors.ts';
import { checkHeaders } from '../lib/egress/headers.ts';
import type { Sealer } from '../lib/sealed.ts';
import { REDACTED, type RuleFormat } from '../schemas/rule.ts';
import { invalid } from './invalid.ts';

export type Headers = Readonly<Record<string, string>>;

/** What Earshot says of itself and of the event. */
const RESERVED = ['webhook-', 'earshot-', 'user-agent'];

/** Throws `invalid_input` with the header's place, never with its value. */
export function checkRuleHeaders(headers: Headers, format: RuleFormat): void {
  const reserved = format === 'cloudevents-binary' ? [...RESERVED, 'ce-'] : RESERVED;
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const path = `/headers/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw invalid(path, 'stands there twice: the case of a header does not count');
    seen.add(lower);
    if (lower === 'content-type' && format !== 'raw') {
      throw invalid(path, `goes by the format ${format}; only with raw it can be set`);
    }
    try {
      checkHeaders({ [name]: value }, reserved);
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      throw invalid(path, error.message);
    }
  }
}

/** Puts the stored values where `[redacted]` was sent back. */
export function restoreHeaders(given: Headers, stored: Headers): Headers {
  const known = new Map(Object.entries(stored).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (value !== REDACTED) return [name, value];
      const kept = known.get(name.toLowerCase());
      if (kept === undefined)
        throw invalid(`/headers/${name}`, `there is no stored value for ${REDACTED} to stand for`);
      return [name, kept];
    }),
  );
}

export function sealHeaders(headers: Headers, ruleId: string, sealer: Pick<Sealer, 'seal'>): string {
  return sealer.seal(JSON.stringify(headers), aadOf(ruleId));
}

/** Throws `secret_unreadable`. */
export function openHeaders(sealed: string, ruleId: string, sealer: Pick<Sealer, 'open'>): Headers {
  return JSON.parse(sealer.open(sealed, aadOf(ruleId))) as Headers;
}

function aadOf(ruleId: string): string {
  return `rule:${ruleId}:headers`;
}
