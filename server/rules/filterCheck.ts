/** What a rule's filter may not be, beside what no filter of the platform may be: too large, or unable to do what it says. */
import { refusal, type Place } from '../db/query/fault.ts';
import { checkFilter } from '../db/query/filter.ts';
import { isRecord } from '../db/query/values.ts';
import type { Json } from '../schemas/json.ts';

const MAX_CHARS = 16 * 1_024;
const MAX_REGEXES = 10;
/** Each number in a path can mean a place in a list or a member's name, so every one may double what is looked at. */
const MAX_NUMBERS_IN_PATH = 3;
const COMPARED_FOR_EQUALITY = new Set(['$eq', '$ne', '$in', '$nin', '$all']);
const COMPARED_OTHERWISE = new Set(['$gt', '$gte', '$lt', '$lte', '$mod', '$size', '$type']);

export function checkRuleFilter(filter: unknown, place: Place = ['filter']): void {
  // The size comes first, so that the checks themselves stay cheap.
  const text = JSON.stringify(filter);
  if (text.length > MAX_CHARS) throw refusal(place, `a filter has at most ${MAX_CHARS} characters of JSON`);
  const regexes = text.split('"$regex":').length - 1;
  if (regexes > MAX_REGEXES) throw refusal(place, `a filter has at most ${MAX_REGEXES} regular expressions`);
  checkFilter(filter, place);
  checkPart(filter as Json, place, true);
}

/** `isEquality`: whether a number that stands here is compared for equality. */
function checkPart(part: Json, place: Place, isEquality: boolean): void {
  if (typeof part === 'number' && isEquality && Number.isInteger(part) && !Number.isSafeInteger(part)) {
    throw refusal(
      place,
      'a whole number beyond 2^53 is not exact in JSON, so others would equal it; use text for such ids',
    );
  }
  if (Array.isArray(part)) {
    part.forEach((item: Json, i) => checkPart(item, [...place, String(i)], isEquality));
  } else if (isRecord(part)) {
    for (const [key, operand] of Object.entries(part as Readonly<Record<string, Json>>)) {
      const here = [...place, key];
      if (!key.startsWith('$')) checkPath(key, here);
      checkPart(operand, here, COMPARED_FOR_EQUALITY.has(key) || (isEquality && !COMPARED_OTHERWISE.has(key)));
    }
  }
}

function checkPath(path: string, place: Place): void {
  const numbers = path.split('.').filter((part) => /^\d+$/.test(part)).length;
  if (numbers > MAX_NUMBERS_IN_PATH) {
    throw refusal(place, `a path has at most ${MAX_NUMBERS_IN_PATH} places in lists`);
  }
}
