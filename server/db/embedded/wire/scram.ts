/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side, for one user whose password is random and known to this process
 * only. Passwords are never compared: the client proves that it knows one, in constant time.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { MongoError } from '../errors.ts';

/** The least that drivers accept; the password has 256 bits of chance, so stretching it adds nothing. */
const ITERATIONS = 4096;

export interface ScramUser {
  readonly name: string;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

export function createScramUser(name: string, password: string): ScramUser {
  const salt = randomBytes(28);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  return {
    name,
    salt,
    storedKey: createHash('sha256').update(hmac(salted, 'Client Key')).digest(),
    serverKey: hmac(salted, 'Server Key'),
  };
}

/** start → the client's first message was answered → proven or failed. */
export interface ScramConversation {
  readonly start: (payload: string) => string;
  /** Gives the server's signature; throws when the proof is wrong. */
  readonly prove: (payload: string) => string;
}

export function createScramConversation(user: ScramUser): ScramConversation {
  let clientFirst = '';
  let serverFirst = '';
  let nonce = '';
  let isKnown = false;

  return {
    start: (payload) => {
      const match = /^(?:n|y),,(n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+))$/.exec(payload);
      if (match === null) throw failed();
      clientFirst = match[1]!;
      isKnown = match[2]!.replaceAll('=2C', ',').replaceAll('=3D', '=') === user.name;
      nonce = match[3]! + randomBytes(24).toString('base64');
      serverFirst = `r=${nonce},s=${user.salt.toString('base64')},i=${ITERATIONS}`;
      return serverFirst;
    },
    prove: (payload) => {
      const match = /^(c=(?:biws|eSws),r=([^,]+)),p=([A-Za-z0-9+/=]+)$/.exec(payload);
      if (match === null || serverFirst === '' || match[2] !== nonce) throw failed();
      const message = `${clientFirst},${serverFirst},${match[1]!}`;
      serverFirst = '';
      const proof = Buffer.from(match[3]!, 'base64');
      const signature = hmac(user.storedKey, message);
      if (proof.length !== signature.length) throw failed();
      const clientKey = Buffer.from(proof.map((byte, i) => byte ^ signature[i]!));
      const isProven = timingSafeEqual(createHash('sha256').update(clientKey).digest(), user.storedKey);
      if (!isProven || !isKnown) throw failed();
      return `v=${hmac(user.serverKey, message).toString('base64')}`;
    },
  };
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const failed = (): MongoError => new MongoError(18, 'AuthenticationFailed', 'Authentication failed.');
