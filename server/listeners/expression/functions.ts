/**
 * JSONata's functions whose cost does not follow from the size of their arguments, with caps before them. JSONata
 * reads the names of their parameters from their text where one is applied in part: they stay plain.
 */
import jsonata from 'jsonata';

const MAX_PADDED_CHARS = 1024 * 1024;
const MAX_PICTURE_CHARS = 256;
const MAX_TIME_CHARS = 256;
/** `[Y,9999999]` asks for a text of that width. */
const WIDE_PICTURE = /\[[^\]]*[,-]\s*\d{4,}/;

type Implementation = (this: unknown, ...args: unknown[]) => unknown;

export interface CappedFunction {
  readonly name: string;
  readonly implementation: Implementation;
  readonly signature: string;
}

/** Asks JSONata for its own functions, so it is done once, when the thread starts. */
export async function createCappedFunctions(): Promise<readonly CappedFunction[]> {
  const own = async (name: string): Promise<Implementation> => {
    const found = (await jsonata(`$${name}`).evaluate(null)) as { readonly implementation: Implementation };
    return found.implementation;
  };
  const [pad, toMillis, fromMillis, formatNumber, formatInteger, parseInteger] = await Promise.all([
    own('pad'),
    own('toMillis'),
    own('fromMillis'),
    own('formatNumber'),
    own('formatInteger'),
    own('parseInteger'),
  ]);

  return [
    {
      name: 'pad',
      signature: '<s-ns?:s>',
      implementation: function (str, width, char) {
        const chars = Math.abs(Number(width)) * (typeof char === 'string' ? Math.max(1, char.length) : 1);
        if (!(chars <= MAX_PADDED_CHARS)) throw refusal('pad', `it would take ${chars} characters`);
        return pad.call(this, str, width, char);
      },
    },
    {
      name: 'eval',
      signature: '<sx?:x>',
      implementation: function () {
        throw refusal('eval', 'expressions inside expressions are not evaluated');
      },
    },
    {
      name: 'toMillis',
      signature: '<s-s?:n>',
      implementation: function (timestamp, picture) {
        capText('toMillis', timestamp, MAX_TIME_CHARS);
        capPicture('toMillis', picture);
        return toMillis.call(this, timestamp, picture);
      },
    },
    {
      name: 'fromMillis',
      signature: '<n-s?s?:s>',
      implementation: function (millis, picture, timezone) {
        capPicture('fromMillis', picture);
        capText('fromMillis', timezone, MAX_TIME_CHARS);
        return fromMillis.call(this, millis, picture, timezone);
      },
    },
    {
      name: 'formatNumber',
      signature: '<n-so?:s>',
      implementation: function (value, picture, options) {
        capPicture('formatNumber', picture);
        return formatNumber.call(this, value, picture, options);
      },
    },
    {
      name: 'formatInteger',
      signature: '<n-s:s>',
      implementation: function (value, picture) {
        capPicture('formatInteger', picture);
        return formatInteger.call(this, value, picture);
      },
    },
    {
      name: 'parseInteger',
      signature: '<s-s:n>',
      implementation: function (value, picture) {
        capText('parseInteger', value, MAX_TIME_CHARS);
        capPicture('parseInteger', picture);
        return parseInteger.call(this, value, picture);
      },
    },
  ];
}

function capPicture(name: string, picture: unknown): void {
  capText(name, picture, MAX_PICTURE_CHARS);
  if (typeof picture === 'string' && WIDE_PICTURE.test(picture)) {
    throw refusal(name, 'its picture asks for a width of more than 999');
  }
}

function capText(name: string, text: unknown, limit: number): void {
  if (typeof text === 'string' && text.length > limit) {
    throw refusal(name, `an argument has ${text.length} characters, and at most ${limit} are taken`);
  }
}

function refusal(name: string, why: string): Error {
  return Object.assign(new Error(`$${name} is refused: ${why}`), { code: 'refused' });
}
