/** What several formats make of an event's type and id. */
import { hash } from 'node:crypto';

/** `invoices` of `invoices.created`. */
export function channelOf(type: string): string {
  return type.split('.', 1)[0]!;
}

/** `created` of `invoices.created`; nothing where the type is one word. */
export function actionOf(type: string): string {
  return type.slice(channelOf(type).length + 1);
}

/** A UUID that is the same for the same event whenever it is asked for, so that it is stable over retries (RFC 9562, version 8). */
export function uuidOf(eventId: string): string {
  const bytes = hash('sha256', `earshot event ${eventId}`, 'buffer').subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
