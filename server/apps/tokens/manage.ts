/** What the management API may do with tokens. */
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { NewId } from '../../lib/ids.ts';
import { environments, type Environment } from '../../schemas/app.ts';
import type { Page, PageOf } from '../../schemas/list.ts';
import {
  MAX_TOKENS_PER_ENVIRONMENT,
  type NewToken,
  type Scope,
  type Token,
  type TokenCreate,
} from '../../schemas/token.ts';
import type { TokenDocument, TokenStore } from './store.ts';
import { hashToken, hintOf, makeToken } from './text.ts';

export interface ManageTokensDeps {
  readonly store: Pick<TokenStore, 'insert' | 'list' | 'remove' | 'takenSlots'>;
  /** Makes a revoked token unknown at once in this process. */
  readonly forget: (hash: string) => void;
  readonly newId: NewId;
  readonly clock: Clock;
  readonly random?: () => number;
}

export interface ManageTokens {
  readonly create: (environmentId: number, input: TokenCreate) => Promise<NewToken>;
  readonly list: (environmentId: number, page: Page) => Promise<PageOf<Token>>;
  readonly revoke: (environmentId: number, id: string) => Promise<void>;
  /** Stores a token that was made elsewhere; does nothing where it is stored already. */
  readonly keep: (environment: Environment, token: string) => Promise<void>;
}

interface TokenDraft {
  readonly environmentId: number;
  readonly token: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

export function createManageTokens(deps: ManageTokensDeps): ManageTokens {
  const { store, forget, newId, clock, random = Math.random } = deps;

  async function keep({ environmentId, token, name, scopes, expiresAt }: TokenDraft): Promise<TokenDocument> {
    for (;;) {
      const document: TokenDocument = {
        _id: newId('tok'),
        environment_id: environmentId,
        slot: freeSlot(await store.takenSlots(environmentId), random),
        hash: hashToken(token),
        hint: hintOf(token),
        name,
        scopes,
        created_at: new Date(clock.now()),
        expires_at: expiresAt,
        last_used_at: null,
      };
      if ((await store.insert(document)) !== 'slot_taken') return document;
    }
  }

  return {
    create: async (environmentId, { name = 'unnamed', scopes = ['admin'], expires_at: expires }) => {
      const expiresAt = expires === undefined ? null : new Date(expires);
      if (expiresAt !== null && expiresAt.getTime() <= clock.now()) {
        const fault = { in: 'body', path: '/expires_at', message: 'expected a time in the future' } as const;
        throw new AppError('invalid_input', { detail: 'expires_at is over already.', errors: [fault] });
      }
      const environment = environments.find(({ id }) => id === environmentId);
      if (environment === undefined) throw new Error(`there is no environment ${environmentId}`);
      const token = makeToken(environment.letter);
      const document = await keep({ environmentId, token, name, scopes: [...new Set(scopes)], expiresAt });
      return { ...viewOf(document), token };
    },

    list: async (environmentId, page) => {
      const { items, next } = await store.list(environmentId, page);
      return { items: items.map(viewOf), next };
    },

    revoke: async (environmentId, id) => {
      const removed = await store.remove(environmentId, id);
      if (removed === null)
        throw new AppError('not_found', { detail: `There is no token '${id}' in this environment.` });
      forget(removed.hash);
    },

    keep: async ({ id }, token) => {
      await keep({ environmentId: id, token, name: 'credentials.json', scopes: ['admin'], expiresAt: null });
    },
  };
}

/** Any of the free ones: those who ask at the same time seldom get the same. */
function freeSlot(taken: ReadonlySet<number>, random: () => number): number {
  const slots = Array.from({ length: MAX_TOKENS_PER_ENVIRONMENT }, (_each, slot) => slot);
  const free = slots.filter((slot) => !taken.has(slot));
  const chosen = free[Math.floor(random() * free.length)];
  if (chosen !== undefined) return chosen;
  throw new AppError('conflict', {
    detail: `This environment has ${MAX_TOKENS_PER_ENVIRONMENT} tokens, the most there may be. Revoke one first.`,
  });
}

function viewOf(document: TokenDocument): Token {
  return {
    id: document._id,
    name: document.name,
    environment_id: document.environment_id,
    scopes: [...document.scopes],
    hint: document.hint,
    created_at: document.created_at.toISOString(),
    expires_at: document.expires_at?.toISOString() ?? null,
    last_used_at: document.last_used_at?.toISOString() ?? null,
  };
}
