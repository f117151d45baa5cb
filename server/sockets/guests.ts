/**
 * What callers without a session or a valid token may take together: so many connections from one address at a time,
 * and so many a minute in all. Whoever can show who they are is never held up by those who cannot.
 */
import { AppError } from '../lib/errors.ts';
import { networkOf } from './admission.ts';
import type { SocketLimits } from './limits.ts';
import { createMeter } from './meter.ts';

type Limits = Pick<SocketLimits, 'guestsPerAddress' | 'unauthenticatedPerMinute'>;

export function createGuests(limits: Limits, now: () => number) {
  const perMinute = limits.unauthenticatedPerMinute;
  const count = createMeter({ perSecond: perMinute / 60, burst: perMinute, debt: 0, now });
  const perNetwork = new Map<string, number>();

  /** Throws `rate_limited`. To be called for wrong tokens, too. */
  function countAttempt(): void {
    if (count() === 'fine') return;
    throw new AppError('rate_limited', { detail: 'Too many guests are connecting. Try again soon.', retryAfterS: 5 });
  }

  return {
    countAttempt,

    /** Throws `rate_limited`; gives the function that makes room again. */
    enter: (address: string): (() => void) => {
      countAttempt();
      const network = networkOf(address);
      const others = perNetwork.get(network) ?? 0;
      if (others >= limits.guestsPerAddress) {
        throw new AppError('rate_limited', {
          detail: `${limits.guestsPerAddress} guests are connected from this address, the most there may be. Sign in, or close one.`,
        });
      }
      perNetwork.set(network, others + 1);
      return () => {
        const left = (perNetwork.get(network) ?? 1) - 1;
        if (left > 0) perNetwork.set(network, left);
        else perNetwork.delete(network);
      };
    },

    count: () => [...perNetwork.values()].reduce((sum, each) => sum + each, 0),
  };
}

export type Guests = ReturnType<typeof createGuests>;
