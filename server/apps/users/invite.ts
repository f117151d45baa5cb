/**
 * Invitations: a link good for one use within seven days, by which somebody sets a password and is signed in. Also the
 * way to a new password for those who forgot theirs. A new link makes the one before worthless.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { environmentName } from '../../schemas/app.ts';
import type { InviteDocument } from './document.ts';

export interface InvitesDeps {
  /** Where the outside reaches this server. */
  readonly serverUrl: () => string;
  readonly clock: Clock;
}

export interface MadeInvite {
  readonly stored: InviteDocument;
  readonly url: string;
}

const LIFE_MS = 7 * 24 * 60 * 60_000;

export function createInvites({ serverUrl, clock }: InvitesDeps) {
  return function makeInvite(environmentId: number): MadeInvite {
    const secret = randomBytes(32).toString('base64url');
    const base = serverUrl().replace(/\/+$/, '') + (environmentName(environmentId) === 'sandbox' ? '/@sandbox' : '');
    return {
      stored: { hash: inviteHash(secret), expires_at: new Date(clock.now() + LIFE_MS) },
      // After `#`: no browser sends it in a request, so it stands in no log and no Referer.
      url: `${base}/_earshot/invite#${secret}`,
    };
  };
}

export type MakeInvite = ReturnType<typeof createInvites>;

export function inviteHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
