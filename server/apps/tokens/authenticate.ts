/**
 * From the token of a request to what it opens. Answers are kept for less than a second, which bounds how long a token
 * revoked by another process goes on working; one revoked here is forgotten at once. Unknown tokens are not kept:
 * the check inside a token refuses guesses before they reach the database.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Access } from '../../schemas/token.ts';
import type { TokenDocument, TokenStore } from './store.ts';
import { hashToken, parseToken } from './text.ts';

export interface AuthenticatorDeps {
  readonly store: Pick<TokenStore, 'findByHash' | 'touch'>;
  readonly appUuid: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

export interface Authenticator {
  /** Undefined for a token that is malformed, unknown, expired or revoked. Rejects while the database is away. */
  readonly authenticate: (token: string) => Promise<Access | undefined>;
  readonly forget: (hash: string) => void;
}

const KEEP_MS = 800;
const KEEP_AT_MOST = 1_000;
const TOUCH_EVERY_MS = 60_000;

interface Kept {
  readonly token: Promise<TokenDocument | null>;
  readonly untilMs: number;
}

export function createAuthenticator({ store, appUuid, clock, log }: AuthenticatorDeps): Authenticator {
  const kept = new Map<string, Kept>();
  const touchedMs = new Map<string, number>();

  /** Requests of one moment share one look-up. */
  async function find(hash: string): Promise<TokenDocument | null> {
    const known = kept.get(hash);
    if (known !== undefined && known.untilMs > clock.now()) return known.token;
    const lookUp = { token: store.findByHash(hash), untilMs: clock.now() + KEEP_MS };
    kept.delete(hash);
    kept.set(hash, lookUp);
    const oldest = kept.keys().next();
    if (kept.size > KEEP_AT_MOST && oldest.done !== true) kept.delete(oldest.value);
    const drop = (): void => {
      if (kept.get(hash) === lookUp) kept.delete(hash);
    };
    try {
      const token = await lookUp.token;
      if (token === null) drop();
      return token;
    } catch (error) {
      drop();
      throw error;
    }
  }

  /** At most once a minute a token, and nobody waits for it. */
  function touch({ _id: id, last_used_at: lastUsedAt }: TokenDocument): void {
    const nowMs = clock.now();
    const lastMs = touchedMs.get(id) ?? lastUsedAt?.getTime() ?? 0;
    if (nowMs - lastMs < TOUCH_EVERY_MS) return;
    touchedMs.set(id, nowMs);
    store
      .touch(id, new Date(nowMs))
      .catch((error: unknown) => log.warn({ err: error, tokenId: id }, 'token.not_touched'));
  }

  return {
    async authenticate(text) {
      if (parseToken(text) === undefined) return undefined;
      const token = await find(hashToken(text));
      if (token === null) return undefined;
      if (token.expires_at !== null && token.expires_at.getTime() <= clock.now()) return undefined;
      touch(token);
      return { appUuid, environmentId: token.environment_id, tokenId: token._id, scopes: token.scopes };
    },
    forget: (hash) => void kept.delete(hash),
  };
}
