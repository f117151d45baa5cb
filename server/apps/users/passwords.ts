/**
 * Passwords as they are stored: scrypt (RFC 7914) with the cost OWASP asks for, 128 MiB and a third of a second each.
 * So only two are hashed at once and few may wait: whoever sends many passwords waits or is refused, and nobody else
 * loses the machine's memory or its threads.
 *
 *   scrypt$<log2 N>$<r>$<p>$<salt>$<hash>    both in base64url
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../lib/errors.ts';

export interface Passwords {
  readonly hash: (password: string) => Promise<string>;
  /** Takes as long where nothing is stored, and is then false. Both throw `rate_limited` while too many wait. */
  readonly verify: (password: string, stored: string | null) => Promise<boolean>;
}

export interface PasswordOptions {
  /** log2 of N. */
  readonly cost?: number;
  readonly atOnce?: number;
  /** Twenty wait some three seconds. */
  readonly waitingAtMost?: number;
}

const BLOCK_SIZE = 8;
const PARALLEL = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const FORM = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/;

interface Cost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

export function createPasswords({ cost = 17, atOnce = 2, waitingAtMost = 20 }: PasswordOptions = {}): Passwords {
  const present: Cost = { log2N: cost, r: BLOCK_SIZE, p: PARALLEL };
  const inTurn = createGate(atOnce, waitingAtMost);
  const nobodysSalt = randomBytes(SALT_BYTES);

  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const hashed = await inTurn(() => derive(password, salt, present));
      const { log2N, r, p } = present;
      return ['scrypt', log2N, r, p, salt.toString('base64url'), hashed.toString('base64url')].join('$');
    },
    async verify(password, stored) {
      if (stored === null) {
        await inTurn(() => derive(password, nobodysSalt, present));
        return false;
      }
      const [, log2N, r, p, salt = '', expected = ''] = FORM.exec(stored) ?? [];
      if (log2N === undefined) throw new Error('a stored password is not in a form this version reads');
      const its: Cost = { log2N: Number(log2N), r: Number(r), p: Number(p) };
      const hashed = await inTurn(() => derive(password, Buffer.from(salt, 'base64url'), its));
      return timingSafeEqual(hashed, Buffer.from(expected, 'base64url'));
    },
  };
}

/** The same letters may be typed as different code points: NFKC makes them one (NIST SP 800-63B, 3.1.1.2). */
function derive(password: string, salt: Uint8Array, { log2N, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** log2N;
  const options = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function createGate(atOnce: number, waitingAtMost: number) {
  const waiting: (() => void)[] = [];
  let underWay = 0;

  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (underWay >= atOnce) {
      if (waiting.length >= waitingAtMost) {
        throw new AppError('rate_limited', { detail: 'Too many are signing in just now.', retryAfterS: 5 });
      }
      // Whoever leaves hands the place over, so it is never free for one who has not waited.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else underWay++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) underWay--;
      else next();
    }
  };
}
