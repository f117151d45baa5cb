/**
 * A user of the app in one environment: invited by somebody with an admin token (or by a listener), signs in with a
 * password, has roles. What a view sees of a user is the id; addresses and names stay here.
 */
import { Type, type Static } from 'typebox';
import { PROGRAM, ROLE_PATTERN } from './view.ts';

const closed = { additionalProperties: false };
const Time = Type.String({ format: 'date-time' });
const NullableTime = Type.Union([Time, Type.Null()]);
const Email = Type.String({ format: 'email', maxLength: 254 });
const Name = Type.String({ minLength: 1, maxLength: 100 });
const Password = Type.String({ minLength: 10, maxLength: 200 });
/** `program` is what tokens have, and it opens every route: no user is given it. */
const Role = Type.Unsafe<string>({ type: 'string', pattern: ROLE_PATTERN, not: { const: PROGRAM } });
const Roles = Type.Array(Role, {
  maxItems: 20,
  uniqueItems: true,
  description: 'The app’s own names; `user` and `guest` need not be given.',
});

export const User = Type.Object({
  id: Type.String({ description: '`usr_…`; what `@me` and `context.me` are.' }),
  environment_id: Type.Integer(),
  email: Email,
  name: Name,
  roles: Roles,
  status: Type.Union([Type.Literal('invited'), Type.Literal('active'), Type.Literal('disabled')]),
  created_at: Time,
  /** When `onUserFirstJoin` succeeded. */
  joined_at: NullableTime,
  last_seen_at: NullableTime,
});
export type User = Static<typeof User>;

export const UserCreate = Type.Object(
  { email: Email, name: Type.Optional(Name), roles: Type.Optional(Type.Unsafe<string[]>({ ...Roles, default: [] })) },
  closed,
);
export type UserCreate = Static<typeof UserCreate>;

export const UserPatch = Type.Object(
  { name: Type.Optional(Name), roles: Type.Optional(Roles), disabled: Type.Optional(Type.Boolean()) },
  closed,
);
export type UserPatch = Static<typeof UserPatch>;

/** The only place that shows the link. Good for seven days and one use. */
export const Invited = Type.Object({
  user: User,
  invite_url: Type.String({ description: 'The secret stands after `#`, so it reaches no log.' }),
  expires_at: Time,
});
export type Invited = Static<typeof Invited>;

export const SignIn = Type.Object({ email: Email, password: Type.String({ maxLength: 200 }) }, closed);
export type SignIn = Static<typeof SignIn>;

export const AcceptInvite = Type.Object(
  { invite: Type.String({ maxLength: 200 }), name: Type.Optional(Name), password: Password },
  closed,
);
export type AcceptInvite = Static<typeof AcceptInvite>;

export const PasswordChange = Type.Object(
  { old_password: Type.String({ maxLength: 200 }), new_password: Password },
  closed,
);
export type PasswordChange = Static<typeof PasswordChange>;

/** Who is signed in; null for a guest. */
export const Me = Type.Object({ user: Type.Union([User, Type.Null()]) });
export type Me = Static<typeof Me>;

/** One browser that is signed in. */
export const Session = Type.Object({
  id: Type.String({ description: '`ses_…`, not the secret of the cookie.' }),
  user_id: Type.String(),
  created_at: Time,
  last_seen_at: Time,
  expires_at: Time,
  user_agent: Type.String(),
  address: Type.String(),
  is_current: Type.Optional(Type.Boolean()),
});
export type Session = Static<typeof Session>;

/** A browser as the HTTP edge sees it, whoever may sit before it. */
export interface Visitor {
  readonly environmentId: number;
  readonly address: string;
  readonly userAgent: string;
  readonly session?: Identity;
}

/** What a session's cookie stands for. */
export interface Identity {
  readonly sessionId: string;
  readonly user: User;
}

/** Who looks: made once at an edge, from a session, a token, or nothing. */
export interface Who {
  readonly environmentId: number;
  /** Null for guests and for programs. */
  readonly userId: string | null;
  /** With `guest` and, signed in, `user`. A program with a token has `guest`, `user` and `program`, and opens every route. */
  readonly roles: readonly string[];
  /** A token with the scope `read` looks only. */
  readonly mayRun: boolean;
}
