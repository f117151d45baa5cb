/**
 * Signing in and out, for pages in a browser. The session travels as a cookie, which opens these routes and the socket
 * and nothing under `/app`. What changes something needs an `Origin` that is our own (http/visitor.ts).
 */
import { Type } from 'typebox';
import { EnvironmentName } from '../../schemas/app.ts';
import { listOf } from '../../schemas/list.ts';
import {
  AcceptInvite,
  Me,
  PasswordChange,
  Session,
  SignIn,
  type Identity,
  type User,
  type Visitor,
} from '../../schemas/user.ts';
import { defineRoute, type Answer, type Route } from '../route.ts';
import { ENVIRONMENT_PARAMETER } from '../visitor.ts';
import { removed } from './shared.ts';

export interface SignInManager {
  /** `unauthorized` in the same words whatever is wrong; `rate_limited`. */
  readonly signIn: (visitor: Visitor, input: SignIn) => Promise<SignedIn>;
  /** Gives the text of `set-cookie` that clears the session’s. */
  readonly signOut: (visitor: Visitor) => Promise<string>;
  /** `gone` for a link that is used, too old, replaced or made up. */
  readonly acceptInvite: (visitor: Visitor, input: AcceptInvite) => Promise<SignedIn>;
  /** Ends all other sessions; this browser gets a new one. */
  readonly changePassword: (visitor: SignedInVisitor, input: PasswordChange) => Promise<SignedIn>;
  readonly sessions: (visitor: SignedInVisitor) => Promise<readonly Session[]>;
  readonly endSession: (visitor: SignedInVisitor, id: string) => Promise<void>;
}

interface SignedIn {
  readonly user: User;
  /** The text of `set-cookie`. */
  readonly cookie: string;
}

type SignedInVisitor = Visitor & { readonly session: Identity };

const Where = Type.Object(
  {
    [ENVIRONMENT_PARAMETER]: Type.Optional(
      Type.Unsafe<EnvironmentName>({
        ...EnvironmentName,
        default: 'production',
        description: 'Which environment the page shows: users, sessions and cookies are each environment’s own.',
      }),
    ),
  },
  { additionalProperties: false },
);

export function authRoutes({ signIn }: { readonly signIn: SignInManager }): readonly Route[] {
  const shared = { tag: 'Signing in', query: Where } as const;
  const signedIn = { description: 'Signed in; the cookie is set.', schema: Me };
  return [
    defineRoute({
      ...shared,
      method: 'post',
      path: '/auth/sign-in',
      summary: 'Sign in',
      description:
        'After five failures an account pauses, up to a quarter of an hour; an address may fail twenty times in ten ' +
        'minutes. The answer to a wrong password and to an unknown address is the same.',
      auth: 'browser',
      body: SignIn,
      example: { email: 'ada@example.com', password: 'correct horse battery staple' },
      responses: { 200: signedIn },
      errors: ['unauthorized', 'rate_limited', 'invalid_input'],
      handle: async ({ access, body }) => entered(await signIn.signIn(access, body)),
    }),
    defineRoute({
      ...shared,
      method: 'post',
      path: '/auth/sign-out',
      summary: 'Sign out',
      description: 'This browser; its open pages lose what needs a user at once. Also fine when nobody is signed in.',
      auth: 'browser',
      responses: { 204: { description: 'Signed out.' } },
      handle: async ({ access }) => ({ status: 204, headers: { 'set-cookie': await signIn.signOut(access) } }),
    }),
    defineRoute({
      ...shared,
      method: 'get',
      path: '/auth/me',
      summary: 'Who is signed in',
      auth: 'browser',
      responses: { 200: { description: 'The user, or null for a guest.', schema: Me } },
      handle: ({ access }) => ({ status: 200, body: { user: access.session?.user ?? null } }),
    }),
    defineRoute({
      ...shared,
      method: 'post',
      path: '/auth/accept-invite',
      summary: 'Accept an invitation',
      description: 'Sets the password, ends all sessions of before and signs in. `invite` is what stands after `#`.',
      auth: 'browser',
      body: AcceptInvite,
      example: { invite: 'SECRET-OF-THE-LINK', name: 'Ada', password: 'correct horse battery staple' },
      responses: { 200: signedIn },
      errors: ['gone', 'rate_limited', 'invalid_input'],
      handle: async ({ access, body }) => entered(await signIn.acceptInvite(access, body)),
    }),
    defineRoute({
      ...shared,
      method: 'post',
      path: '/auth/password',
      summary: 'Change the own password',
      description: 'Ends all sessions; this browser gets a new one.',
      auth: 'session',
      body: PasswordChange,
      example: { old_password: 'correct horse battery staple', new_password: 'staple battery horse correct' },
      responses: { 200: signedIn },
      errors: ['conflict', 'rate_limited'],
      handle: async ({ access, body }) => entered(await signIn.changePassword(access, body)),
    }),
    defineRoute({
      ...shared,
      method: 'get',
      path: '/auth/sessions',
      summary: 'List the own sessions',
      auth: 'session',
      responses: { 200: { description: 'All of them, newest first.', schema: listOf(Session) } },
      handle: async ({ access }) => ({
        status: 200,
        body: { data: await signIn.sessions(access), next_cursor: null },
      }),
    }),
    defineRoute({
      ...shared,
      method: 'delete',
      path: '/auth/sessions/:id',
      summary: 'End an own session',
      auth: 'session',
      params: Type.Object({ id: Type.String({ pattern: '^ses_[0-9a-z]{26}$' }) }),
      responses: { 204: { description: 'The session is over.' } },
      handle: ({ access, params }) => removed(signIn.endSession(access, params.id)),
    }),
  ];
}

function entered({ user, cookie }: SignedIn): Answer {
  return { status: 200, body: { user }, headers: { 'set-cookie': cookie } };
}
