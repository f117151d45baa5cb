/** Users: invited, listed, changed, signed out, deleted. Only for tokens with the scope `admin`. */
import { Type } from 'typebox';
import { listOf, pageQuery, type Page, type PageOf } from '../../schemas/list.ts';
import { Invited, Session, User, UserCreate, UserPatch } from '../../schemas/user.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';
import { removed } from './shared.ts';

/** The environment comes first in every call; a user of another one is `not_found`. */
export interface UserManager {
  /** `conflict` where the e-mail address is taken. */
  readonly create: (environmentId: number, input: UserCreate) => Promise<Invited>;
  /** `conflict` for a disabled user. */
  readonly invite: (environmentId: number, id: string) => Promise<Invited>;
  /** Oldest first. */
  readonly list: (environmentId: number, page: Page) => Promise<PageOf<User>>;
  readonly get: (environmentId: number, id: string) => Promise<User>;
  readonly patch: (environmentId: number, id: string, change: UserPatch) => Promise<User>;
  readonly remove: (environmentId: number, id: string) => Promise<void>;
  readonly sessions: (environmentId: number, id: string) => Promise<readonly Session[]>;
  /** One, or all. */
  readonly endSessions: (environmentId: number, id: string, sessionId?: string) => Promise<void>;
}

const id = Type.String({ pattern: '^usr_[0-9a-z]{26}$' });
const Params = Type.Object({ id });
const SessionParams = Type.Object({ id, session_id: Type.String({ pattern: '^ses_[0-9a-z]{26}$' }) });

export function userRoutes({ users, list }: { readonly users: UserManager; readonly list: Pager }): readonly Route[] {
  const shared = { tag: 'Users', auth: 'admin' } as const;
  const one = { description: 'The user.', schema: User };
  return [
    defineRoute({
      ...shared,
      method: 'post',
      path: '/app/users',
      summary: 'Invite a user',
      description:
        'The answer is the only place that ever shows the link, good for one use within seven days. Whoever opens it ' +
        'sets a password and is signed in.',
      body: UserCreate,
      example: { email: 'ada@example.com', name: 'Ada', roles: ['manager'] },
      responses: { 201: { description: 'Invited.', schema: Invited } },
      errors: ['conflict'],
      handle: async ({ access, body }) => ({ status: 201, body: await users.create(access.environmentId, body) }),
    }),
    defineRoute({
      ...shared,
      method: 'get',
      path: '/app/users',
      summary: 'List users',
      query: Type.Object(pageQuery, { additionalProperties: false }),
      responses: { 200: { description: 'Users, oldest first.', schema: listOf(User) } },
      handle: ({ access: { environmentId }, query }) =>
        list({ environmentId, route: '/app/users', query }, (page) => users.list(environmentId, page)),
    }),
    defineRoute({
      ...shared,
      method: 'get',
      path: '/app/users/:id',
      summary: 'Get a user',
      params: Params,
      responses: { 200: one },
      handle: async ({ access, params }) => ({ status: 200, body: await users.get(access.environmentId, params.id) }),
    }),
    defineRoute({
      ...shared,
      method: 'patch',
      path: '/app/users/:id',
      summary: 'Change a user',
      description: 'Other roles count at once, also on open pages. Disabling signs the user out everywhere.',
      params: Params,
      body: UserPatch,
      example: { roles: ['manager', 'billing'] },
      responses: { 200: one },
      handle: async ({ access, params, body }) => ({
        status: 200,
        body: await users.patch(access.environmentId, params.id, body),
      }),
    }),
    defineRoute({
      ...shared,
      method: 'delete',
      path: '/app/users/:id',
      summary: 'Delete a user',
      description: 'Signs the user out everywhere. Documents that name the user stay as they are.',
      params: Params,
      responses: { 204: { description: 'Deleted.' } },
      handle: ({ access, params }) => removed(users.remove(access.environmentId, params.id)),
    }),
    defineRoute({
      ...shared,
      method: 'post',
      path: '/app/users/:id/invite',
      summary: 'Make a new link for a user',
      description:
        'Also for a forgotten password: the present one goes on working until the link is used. Links of before are ' +
        'worth nothing then.',
      params: Params,
      responses: { 200: { description: 'The new link.', schema: Invited } },
      errors: ['conflict'],
      handle: async ({ access, params }) => ({
        status: 200,
        body: await users.invite(access.environmentId, params.id),
      }),
    }),
    ...sessionRoutes(users),
  ];
}

function sessionRoutes(users: UserManager): readonly Route[] {
  const shared = { tag: 'Users', auth: 'admin' } as const;
  return [
    defineRoute({
      ...shared,
      method: 'get',
      path: '/app/users/:id/sessions',
      summary: 'List the sessions of a user',
      description: 'All of them: there are at most 50.',
      params: Params,
      responses: { 200: { description: 'Sessions that are not over, newest first.', schema: listOf(Session) } },
      handle: async ({ access, params }) => ({
        status: 200,
        body: { data: await users.sessions(access.environmentId, params.id), next_cursor: null },
      }),
    }),
    defineRoute({
      ...shared,
      method: 'delete',
      path: '/app/users/:id/sessions',
      summary: 'Sign a user out everywhere',
      params: Params,
      responses: { 204: { description: 'All sessions are over.' } },
      handle: ({ access, params }) => removed(users.endSessions(access.environmentId, params.id)),
    }),
    defineRoute({
      ...shared,
      method: 'delete',
      path: '/app/users/:id/sessions/:session_id',
      summary: 'End a session of a user',
      params: SessionParams,
      responses: { 204: { description: 'The session is over.' } },
      handle: ({ access, params }) => removed(users.endSessions(access.environmentId, params.id, params.session_id)),
    }),
  ];
}
