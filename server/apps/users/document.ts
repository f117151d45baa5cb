/** Users and sessions as they are stored: passwords, invitations and cookies as hashes, never themselves. */
import type { Session, User } from '../../schemas/user.ts';

export interface UserDocument {
  readonly _id: string;
  readonly environment_id: number;
  readonly email: string;
  /** What is unique in the environment: addresses that differ in their case only are one. */
  readonly email_key: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** As `passwords.ts` writes it; null until an invitation is accepted. */
  readonly password: string | null;
  readonly disabled: boolean;
  /** Sessions begun under a smaller number are over: it grows with every new password and when the user is disabled. */
  readonly generation: number;
  readonly invite: InviteDocument | null;
  readonly created_at: Date;
  readonly joined_at: Date | null;
  readonly last_seen_at: Date | null;
}

export interface InviteDocument {
  /** SHA-256 in hex. The secret has 256 bits of chance, so a fast hash without salt is as good as a slow one. */
  readonly hash: string;
  readonly expires_at: Date;
}

export interface SessionDocument {
  readonly _id: string;
  readonly environment_id: number;
  readonly user_id: string;
  /** SHA-256 in hex of what the cookie holds. */
  readonly hash: string;
  /** The user's of when it began. */
  readonly generation: number;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  /** Moves on with every use, up to the longest a session lasts. */
  readonly expires_at: Date;
  readonly user_agent: string;
  readonly address: string;
}

export function emailKeyOf(email: string): string {
  return email.normalize('NFC').toLowerCase();
}

export function userOf(document: UserDocument): User {
  return {
    id: document._id,
    environment_id: document.environment_id,
    email: document.email,
    name: document.name,
    roles: [...document.roles],
    status: document.disabled ? 'disabled' : document.password === null ? 'invited' : 'active',
    created_at: document.created_at.toISOString(),
    joined_at: document.joined_at?.toISOString() ?? null,
    last_seen_at: document.last_seen_at?.toISOString() ?? null,
  };
}

export function sessionOf(document: SessionDocument): Session {
  return {
    id: document._id,
    user_id: document.user_id,
    created_at: document.created_at.toISOString(),
    last_seen_at: document.last_seen_at.toISOString(),
    expires_at: document.expires_at.toISOString(),
    user_agent: document.user_agent,
    address: document.address,
  };
}
