/**
 * Ids of documents that bring none: 24 hex digits in the layout of MongoDB's ObjectId (4 bytes of seconds, 5 of chance
 * per process, 3 that count), kept as text, so they sort by time of creation and travel through JSON unchanged.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';

const COUNTER_SIZE = 0x1000000;

export function createDocIdMaker(clock: Clock): () => string {
  const processPart = randomBytes(5).toString('hex');
  let counter = randomBytes(3).readUIntBE(0, 3);

  return function newDocId() {
    counter = (counter + 1) % COUNTER_SIZE;
    const seconds = Math.floor(clock.now() / 1000) % 0x100000000;
    return seconds.toString(16).padStart(8, '0') + processPart + counter.toString(16).padStart(6, '0');
  };
}
