/** Which collections of an environment can be named: no others than the app's own, wherever a name stands. */
import { refusal, type Place } from './fault.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

export function checkCollection(name: unknown, place: Place): asserts name is string {
  if (typeof name === 'string' && NAME.test(name) && !name.toLowerCase().startsWith('system')) return;
  throw refusal(
    place,
    'a collection is named with a letter and up to 63 letters, digits, _ or - after it, and not system…',
  );
}
