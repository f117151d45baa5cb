/** A rule ready to use: patterns and filter compiled, secrets opened. Held in memory for every enabled rule. */
import type { Event } from '../schemas/event.ts';
import type { RuleFormat, RuleMethod } from '../schemas/rule.ts';

export interface ReadyRule {
  readonly id: string;
  readonly environmentId: number;
  readonly revision: number;
  readonly name: string | null;
  readonly isEnabled: boolean;
  /** Why a rule that is stored cannot be used; it then counts as disabled, signs nothing and passes nothing. */
  readonly unusable?: string;
  readonly events: readonly string[];
  /** Whether the filter lets the event pass; never throws. Says nothing about the patterns. */
  readonly passes: (event: Event) => boolean;
  readonly transform: string | null;
  readonly format: RuleFormat;
  readonly target: ReadyTarget;
  readonly method: RuleMethod;
  readonly timeoutMs: number;
  readonly maxInFlight: number;
  /** Requests a second; null is no limit. */
  readonly rate: number | null;
  /** A JSONata expression; null is no order. */
  readonly orderBy: string | null;
  readonly scheduleMs: readonly number[];
  /** All that sign now, the newest first. */
  readonly keys: readonly SigningKey[];
  readonly failingSince: Date | null;
  readonly createdAt: Date;
}

export type ReadyTarget =
  | { readonly type: 'url'; readonly url: string; readonly headers: Readonly<Record<string, string>> }
  /** `propsJson`: JSON text of an object. */
  | { readonly type: 'listener'; readonly action: string; readonly propsJson: string };

/** A secret with the time it stops signing; the newest has none. */
export interface SigningKey {
  /** `whsec_…` or `whsk_…`. */
  readonly secret: string;
  readonly untilMs: number | null;
}
