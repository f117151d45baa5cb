/**
 * JSONata's functions that can make much out of little, with caps before them: a text or list that grows past its cap
 * ends the evaluation with a sentence, where the memory's limit would end the thread or the whole process.
 */
import jsonata from 'jsonata';
import { measure } from './data.ts';
import { MAX_SEQUENCE, MAX_TEXT_CHARS } from './limits.ts';

const MAX_PICTURE_CHARS = 256;
const MAX_TIME_CHARS = 256;
/** `[Y,9999999]` asks for a text of that width. */
const WIDE_PICTURE = /\[[^\]]*[,-]\s*\d{4,}/;

type Implementation = (this: unknown, ...args: unknown[]) => unknown;
/** A function as JSONata keeps it; `signature` is its own reading of one. */
interface Definition {
  readonly _jsonata_function: true;
  readonly implementation: Implementation;
  readonly signature?: unknown;
}

/** Throws what it refuses. */
type Cap = (args: readonly unknown[]) => void;

const caps: Readonly<Record<string, Cap>> = {
  pad: ([, width, char]) => {
    capChars(Math.abs(Number(width)) * (typeof char === 'string' ? Math.max(1, char.length) : 1));
  },
  eval: () => {
    throw new Error('expressions inside expressions are not evaluated');
  },
  toMillis: ([timestamp, picture]) => {
    capArgument(timestamp, MAX_TIME_CHARS);
    capPicture(picture);
  },
  fromMillis: ([, picture, timezone]) => {
    capPicture(picture);
    capArgument(timezone, MAX_TIME_CHARS);
  },
  formatNumber: ([, picture]) => {
    capPicture(picture);
  },
  formatInteger: ([, picture]) => {
    capPicture(picture);
  },
  parseInteger: ([text, picture]) => {
    capArgument(text, MAX_TIME_CHARS);
    capPicture(picture);
  },
  string: ([value]) => {
    capData(value);
  },
  clone: ([value]) => {
    capData(value);
  },
  join: ([texts, separator]) => {
    if (!Array.isArray(texts)) return;
    const between = typeof separator === 'string' ? separator.length : 0;
    capChars(texts.reduce((sum: number, text) => sum + between + (typeof text === 'string' ? text.length : 0), 0));
  },
  append: ([one, two]) => {
    const count = (Array.isArray(one) ? one.length : 1) + (Array.isArray(two) ? two.length : 1);
    if (count > MAX_SEQUENCE) throw new Error(`it would make a list of more than ${MAX_SEQUENCE}`);
  },
  replace: capTexts,
  split: capTexts,
  length: capTexts,
  uppercase: capTexts,
  lowercase: capTexts,
  encodeUrl: capTexts,
  encodeUrlComponent: capTexts,
  decodeUrl: capTexts,
  decodeUrlComponent: capTexts,
  base64encode: capTexts,
  base64decode: capTexts,
};

/** By the name they are bound to. Asks JSONata for its own functions, so it is done once, when the thread starts. */
export async function createCappedFunctions(): Promise<ReadonlyMap<string, Definition>> {
  const capped = new Map<string, Definition>();
  for (const [name, cap] of Object.entries(caps)) {
    const own = (await jsonata(`$${name}`).evaluate(null)) as Definition;
    capped.set(name, { ...own, implementation: capFunction(name, own.implementation, cap) });
  }
  const toText = capped.get('string')!.implementation;
  capped.set(CONCATENATE, { _jsonata_function: true, implementation: concatenateWith(toText) });
  return capped;
}

/** A variable of this name cannot be written. */
const CONCATENATE = '&';

/** Makes calls out of the operator `&`, the one way to grow a text that is no function. */
export function capConcatenation(ast: unknown): void {
  const seen = new Set<object>();
  const waiting: unknown[] = [ast];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (typeof part !== 'object' || part === null || seen.has(part)) continue;
    seen.add(part);
    const node = part as Record<string, unknown>;
    if (node.type === 'binary' && node.value === '&') {
      node.type = 'function';
      node.procedure = { type: 'variable', value: CONCATENATE, position: node.position };
      node.arguments = [node.lhs, node.rhs];
      delete node.lhs;
      delete node.rhs;
    }
    for (const child of Object.values(node)) if (child !== undefined) waiting.push(child);
  }
}

function concatenateWith(toText: Implementation): Implementation {
  return function (left, right) {
    const text = [left, right].map((side) => (side === undefined ? '' : (toText.call(this, side) as string)));
    if (text[0]!.length + text[1]!.length > MAX_TEXT_CHARS) {
      throw new Error(`The operator & is refused: a text would have more than ${MAX_TEXT_CHARS} characters`);
    }
    return text[0]! + text[1]!;
  };
}

function capFunction(name: string, own: Implementation, cap: Cap): Implementation {
  const capped: Implementation = function (...args) {
    try {
      cap(args);
    } catch (error) {
      throw Object.assign(new Error(`$${name} is refused: ${(error as Error).message}`), { code: 'refused' });
    }
    return own.apply(this, args);
  };
  // JSONata counts parameters, and reads their names from a function's text where it is applied in part.
  Object.defineProperty(capped, 'length', { value: own.length });
  return Object.assign(capped, { toString: () => own.toString() });
}

function capTexts(args: readonly unknown[]): void {
  for (const text of args) if (typeof text === 'string') capChars(text.length);
}

function capChars(count: number): void {
  if (count > MAX_TEXT_CHARS) throw new Error(`a text would have more than ${MAX_TEXT_CHARS} characters`);
}

function capData(value: unknown): void {
  if (typeof value === 'object' && value !== null)
    measure(value, { what: 'its text', limitBytes: MAX_TEXT_CHARS, allowFunctions: true });
  else capTexts([value]);
}

function capPicture(picture: unknown): void {
  capArgument(picture, MAX_PICTURE_CHARS);
  if (typeof picture === 'string' && WIDE_PICTURE.test(picture)) {
    throw new Error('its picture asks for a width of more than 999');
  }
}

function capArgument(text: unknown, limit: number): void {
  if (typeof text === 'string' && text.length > limit) {
    throw new Error(`an argument has ${text.length} characters, and at most ${limit} are taken`);
  }
}
