/**
 * A rule as it is stored. Filter, props and the like are kept as JSON text: their keys may begin with `$`, which a
 * database reads as operators. Secrets and header values are sealed, bound to the rule's `_id` and to what they are.
 */
import type { RuleFormat, RuleMethod } from '../schemas/rule.ts';

export interface RuleDocument {
  /** `rul_…`; sorts by time of creation, which is the order of lists. */
  readonly _id: string;
  readonly environment_id: number;
  readonly name: string | null;
  readonly enabled: boolean;
  /** Why Earshot disabled it; null when a person did. */
  readonly disabled_reason: string | null;
  readonly events: readonly string[];
  /** JSON text of a query. */
  readonly filter: string | null;
  readonly transform: string | null;
  /** Null is the default, which goes by whether there is a transform. */
  readonly format: RuleFormat | null;
  readonly target: StoredTarget;
  /** The URL as it is dialled, however it was written: rules of one endpoint share it. Null for a listener. */
  readonly endpoint: string | null;
  /** JSON text of an object of strings, sealed. */
  readonly headers: string;
  readonly method: RuleMethod;
  readonly timeout_ms: number;
  readonly max_in_flight: number;
  readonly rate: number | null;
  readonly order_by: string | null;
  readonly schedule_s: readonly number[];
  /** The newest first; only that one has no `until`. */
  readonly secrets: readonly StoredSecret[];
  readonly failing_since: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Counts the changes of what the rule says; attempts name it. */
  readonly revision: number;
  /** Counts every write, so that two at once cannot undo each other and other processes see that there was one. */
  readonly version: number;
}

export type StoredTarget =
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'listener'; readonly action: string; /** JSON text. */ readonly props: string };

export type Signing = 'hmac' | 'ed25519';

export interface StoredSecret {
  readonly sealed: string;
  readonly signing: Signing;
  /** The last four characters. */
  readonly hint: string;
  /** `whpk_…`, of ed25519 only. */
  readonly public_key: string | null;
  /** Until when it signs. */
  readonly until: Date | null;
}

export function formatOf({ format, transform }: Pick<RuleDocument, 'format' | 'transform'>): RuleFormat {
  return format ?? (transform === null ? 'standard' : 'raw');
}
