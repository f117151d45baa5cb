/**
 * A webhook as it is stored. Props, schema and verification are kept as JSON text: their keys may begin with `$`, as a
 * JSON Schema's do, which a database reads as operators. Secrets are sealed, bound to the webhook's `_id`.
 */
import type { Dedupe, WebhookMethod } from '../schemas/webhook.ts';
import type { VerifyInput } from '../schemas/verify.ts';

export interface WebhookDocument {
  /** The first uuid it had. A rotation does not change it, so secrets and dedupe keys stay bound to it. */
  readonly _id: string;
  readonly environment_id: number;
  readonly uuid: string;
  /** `uuid` and the old ones that still answer: a unique index finds the webhook by any of them. */
  readonly answers_to: readonly string[];
  readonly old_uuids: readonly OldUuid[];
  readonly action: string;
  readonly props: string;
  readonly user_id: string | number | null;
  readonly name: string | null;
  readonly enabled: boolean;
  readonly respond: 'accepted' | 'result';
  readonly respond_timeout_ms: number;
  readonly methods: readonly WebhookMethod[];
  /** StoredVerify as JSON text. */
  readonly verify: string;
  readonly schema: string | null;
  readonly dedupe: Dedupe | null;
  /** Its place in lists, oldest first: time of creation, then `_id`, as text that sorts. */
  readonly position: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Counts changes, so that two changes at once cannot undo each other. */
  readonly revision: number;
}

export interface OldUuid {
  readonly uuid: string;
  readonly until: Date;
}

/** Every member that must be sealed or is only an instruction. */
export const secretMembers = [
  'secret',
  'previous_secret',
  'password',
  'previous_password',
  'key',
  'previous_key',
  'keep_previous',
  'hub_verify_token',
] as const;

type WithoutSecrets<T> = T extends unknown ? Omit<T, (typeof secretMembers)[number]> : never;

/** The settings as they were given, and the secrets sealed under one name for all schemes. */
export interface StoredVerify {
  readonly settings: WithoutSecrets<VerifyInput>;
  readonly secret?: string;
  readonly previous_secret?: string;
  readonly hub_verify_token?: string;
}
