/** Tokens: made (and shown) once, listed without their secret, revoked. Only for tokens with the scope `admin`. */
import { Type } from 'typebox';
import { listOf, pageQuery, type Page, type PageOf } from '../../schemas/list.ts';
import { NewToken, Token, TokenCreate } from '../../schemas/token.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';
import { removed } from './shared.ts';

/** The environment comes first in every call. */
export interface TokenManager {
  /** `conflict` at the bound of tokens; `invalid_input` for a time that is over. */
  readonly create: (environmentId: number, input: TokenCreate) => Promise<NewToken>;
  readonly list: (environmentId: number, page: Page) => Promise<PageOf<Token>>;
  readonly revoke: (environmentId: number, id: string) => Promise<void>;
}

export function tokenRoutes({
  tokens,
  list,
}: {
  readonly tokens: TokenManager;
  readonly list: Pager;
}): readonly Route[] {
  const tag = 'Tokens';
  return [
    defineRoute({
      method: 'post',
      path: '/app/tokens',
      summary: 'Make a token',
      description: 'For the environment of the calling token. The answer is the only place that ever shows it.',
      tag,
      auth: 'admin',
      body: TokenCreate,
      bodyOptional: true,
      example: { name: 'monitoring', scopes: ['read'] },
      responses: { 201: { description: 'Made.', schema: NewToken } },
      errors: ['conflict'],
      handle: async ({ access, body }) => ({ status: 201, body: await tokens.create(access.environmentId, body) }),
    }),
    defineRoute({
      method: 'get',
      path: '/app/tokens',
      summary: 'List tokens',
      tag,
      auth: 'admin',
      query: Type.Object(pageQuery, { additionalProperties: false }),
      responses: { 200: { description: 'Tokens, oldest first, without their secret.', schema: listOf(Token) } },
      handle: ({ access: { environmentId }, query }) =>
        list({ environmentId, route: '/app/tokens', query }, (page) => tokens.list(environmentId, page)),
    }),
    defineRoute({
      method: 'delete',
      path: '/app/tokens/:id',
      summary: 'Revoke a token',
      description: 'It opens nothing from then on; within a second where several processes serve.',
      tag,
      auth: 'admin',
      params: Type.Object({ id: Type.String({ pattern: '^tok_[0-9a-z]{26}$' }) }),
      responses: { 204: { description: 'Revoked.' } },
      handle: ({ access, params }) => removed(tokens.revoke(access.environmentId, params.id)),
    }),
  ];
}
