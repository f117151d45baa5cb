/** What a person before a browser may do about being signed in. Each success begins a new session and ends the old one. */
import { AppError } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { AcceptInvite, Identity, PasswordChange, Session, SignIn, User, Visitor } from '../../schemas/user.ts';
import { emailKeyOf, userOf, type UserDocument } from './document.ts';
import { inviteHash } from './invite.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import type { UserStore } from './store.ts';
import type { Tries } from './tries.ts';

export interface SignInDeps {
  readonly users: Pick<UserStore, 'find' | 'findByEmail' | 'findByInvite' | 'acceptInvite' | 'replacePassword'>;
  readonly sessions: Pick<Sessions, 'begin' | 'end' | 'listOf' | 'changed' | 'clearedCookie'>;
  readonly passwords: Passwords;
  readonly tries: Tries;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info'>;
}

export interface SignedIn {
  readonly user: User;
  /** The text of `set-cookie`. */
  readonly cookie: string;
}

export type SignedInVisitor = Visitor & { readonly session: Identity };

export interface SignInService {
  /** `unauthorized` in the same words whatever is wrong; `rate_limited`. */
  readonly signIn: (visitor: Visitor, input: SignIn) => Promise<SignedIn>;
  /** Also for one who is not signed in. Gives the cookie that clears the other. */
  readonly signOut: (visitor: Visitor) => Promise<string>;
  /** `gone` for a link that is used, too old, replaced or made up. */
  readonly acceptInvite: (visitor: Visitor, input: AcceptInvite) => Promise<SignedIn>;
  readonly changePassword: (visitor: SignedInVisitor, input: PasswordChange) => Promise<SignedIn>;
  readonly sessions: (visitor: SignedInVisitor) => Promise<readonly Session[]>;
  readonly endSession: (visitor: SignedInVisitor, id: string) => Promise<void>;
}

export function createSignIn({ users, sessions, passwords, tries, clock, log }: SignInDeps): SignInService {
  /** Whether the password is that of the user; a failure counts. */
  async function check(visitor: Visitor, emailKey: string, password: string, user: UserDocument | null) {
    const { environmentId, address } = visitor;
    const attempt = await tries.begin({ environmentId, emailKey, address });
    try {
      const isRight = await passwords.verify(password, user?.disabled === false ? user.password : null);
      if (isRight) await attempt.succeeded();
      else log.info({ environmentId, address, userId: user?._id }, 'user.sign_in_failed');
      return isRight;
    } catch (error) {
      await attempt.undone();
      throw error;
    }
  }

  async function begin(visitor: Visitor, user: UserDocument): Promise<SignedIn> {
    const { environmentId, session } = visitor;
    if (session !== undefined) await sessions.end(environmentId, session.user.id, { ids: [session.sessionId] });
    const cookie = await sessions.begin(user, visitor);
    log.info({ environmentId, address: visitor.address, userId: user._id }, 'user.signed_in');
    return { user: userOf(user), cookie };
  }

  return {
    async signIn(visitor, { email, password }) {
      const emailKey = emailKeyOf(email);
      const user = await users.findByEmail(visitor.environmentId, emailKey);
      const isRight = await check(visitor, emailKey, password, user);
      if (user !== null && isRight) return begin(visitor, user);
      throw new AppError('unauthorized', { detail: 'The e-mail address or the password is wrong.' });
    },

    async signOut({ environmentId, session }) {
      if (session !== undefined) await sessions.end(environmentId, session.user.id, { ids: [session.sessionId] });
      return sessions.clearedCookie(environmentId);
    },

    async acceptInvite(visitor, { invite, name, password }) {
      const { environmentId } = visitor;
      const hash = inviteHash(invite);
      const known = await users.findByInvite(environmentId, hash);
      // Looked at before the password is hashed: that is only for those who hold a link.
      if (known?.invite == null || known.disabled || known.invite.expires_at.getTime() <= clock.now()) throw usedUp();
      const accepted = { environmentId, inviteHash: hash, at: new Date(clock.now()), name };
      const user = await users.acceptInvite({ ...accepted, password: await passwords.hash(password) });
      if (user === null) throw usedUp();
      await sessions.end(environmentId, user._id);
      await tries.forgive({ environmentId, emailKey: user.email_key });
      sessions.changed(userOf(user));
      return begin(visitor, user);
    },

    async changePassword(visitor, { old_password: old, new_password: next }) {
      const { environmentId, session } = visitor;
      const user = await users.find(environmentId, session.user.id);
      if (user?.password == null) throw new AppError('unauthorized', { detail: 'Sign in first.' });
      if (!(await check(visitor, user.email_key, old, user))) {
        throw new AppError('invalid_input', {
          detail: 'The old password is wrong.',
          errors: [{ in: 'body', path: '/old_password', message: 'is not the present password' }],
        });
      }
      const changed = await users.replacePassword(user._id, user.password, await passwords.hash(next));
      if (changed === null) throw new AppError('conflict', { detail: 'The password was changed at the same moment.' });
      await sessions.end(environmentId, user._id);
      return begin(visitor, changed);
    },

    sessions: async ({ environmentId, session }) => {
      const all = await sessions.listOf(environmentId, session.user.id);
      return all.map((each) => ({ ...each, is_current: each.id === session.sessionId }));
    },

    async endSession({ environmentId, session }, id) {
      const ended = await sessions.end(environmentId, session.user.id, { ids: [id] });
      if (ended.length === 0) throw new AppError('not_found');
    },
  };
}

function usedUp(): AppError {
  return new AppError('gone', {
    detail: 'This invitation was used already, is more than seven days old, or was replaced by a newer one.',
  });
}
