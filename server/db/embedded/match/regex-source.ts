/**
 * MongoDB's regular expressions are PCRE; RE2 and JavaScript spell some of it differently, or mean something else by it
 * (`.` and line ends, `\s`). Here a pattern is spelled for either so that both give the same answer.
 */
export type Dialect = 're2' | 'native';

export interface Spelled {
  readonly source: string;
  /** Out of i, m and s. */
  readonly flags: string;
  /** One character after the other: no group, no choice, no repetition. Takes linear time wherever it runs. */
  readonly isFlat: boolean;
}

const TOKEN =
  /\\Q([\s\S]*?)(?:\\E|$)|\\[xu]\{([0-9a-fA-F]{1,6})\}|\\x([0-9a-fA-F]{1,2})|\\u([0-9a-fA-F]{4})|\\c([A-Za-z])|\\0([0-7]{0,2})|\\[pP](?:\{[^}]{0,100}\}|[A-Za-z])|\\[\s\S]|\(\?#[^)]*\)?|\(\?P=\w+\)|\(\?P<|[\s\S]/uy;
const BRACKETS = /\[\^?\]?(?:\\[\s\S]|\[:\^?[a-z]+:\]|[^\]\\])*\]/uy;
const BRACKETS_OPEN = /^\[\^?/;
const INSIDE =
  /\[:\^?[a-z]+:\]|\\[xu]\{([0-9a-fA-F]{1,6})\}|\\x([0-9a-fA-F]{1,2})|\\u([0-9a-fA-F]{4})|\\c([A-Za-z])|\\0([0-7]{0,2})|\\[pP](?:\{[^}]{0,100}\}|[A-Za-z])|\\[\s\S]|-(?=\\[dwshDWSHpP]|\[:)|[\s\S]/gu;
const SPACES = '\\t-\\r ';
const NOT_SPACES = '\\x00-\\x08\\x0e-\\x1f!-\u{10ffff}';

/** Escapes that mean a thing in neither or only one of the two. */
const ESCAPES: Readonly<Record<string, string>> = {
  s: `[${SPACES}]`,
  S: `[^${SPACES}]`,
  h: '[ \\t]',
  H: '[^ \\t]',
  N: '[^\\n]',
  R: '(?:\\r\\n|[\\n-\\r])',
  e: '\\x1b',
  a: '\\x07',
};
const ESCAPES_INSIDE: Readonly<Record<string, string>> = {
  s: SPACES,
  S: NOT_SPACES,
  h: ' \\t',
  e: '\\x1b',
  a: '\\x07',
};
/** RE2 has the first two itself, and the third not at all. */
const NATIVE_ANCHORS: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=\\n?(?![\\s\\S]))',
};
const NATIVE_CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: SPACES,
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  blank: ' \\t',
};
const LINE_START = '(?<![^\\n])';
const LINE_END = '(?![^\\n])';
/** Escapes of one character each. */
const FLAT_ESCAPES = 'dDwWsShHNeafnrtv';

export function spell(pattern: string, options: string, dialect: Dialect): Spelled {
  const inline = /^\(\?([imsx]+)\)/.exec(pattern);
  const letters = options + (inline?.[1] ?? '');
  const isLaidOut = letters.includes('x');
  const isMultiline = letters.includes('m');
  const dot = dialect === 'native' && !letters.includes('s') ? '[^\\n]' : '.';
  let source = '';
  let isFlat = true;
  let at = inline?.[0].length ?? 0;
  const start = at;

  while (at < pattern.length) {
    const brackets = pattern[at] === '[' ? tokenAt(BRACKETS, pattern, at) : null;
    if (brackets !== null) {
      source += spellBrackets(brackets[0], dialect);
      at += brackets[0].length;
      continue;
    }
    if (pattern[at] === '[') return unfinished(source + pattern.slice(at), letters);

    const match = tokenAt(TOKEN, pattern, at)!;
    const token = match[0];
    const isFirst = at === start;
    if (token.startsWith('(?#') && !token.endsWith(')')) return unfinished(source + pattern.slice(at), letters);
    at += token.length;
    if (isLaidOut && /^\s/.test(token)) continue;
    if (isLaidOut && token === '#') {
      const end = pattern.indexOf('\n', at);
      at = end === -1 ? pattern.length : end;
      continue;
    }
    if (token.startsWith('(?#')) continue;
    const isEdge = (token === '^' && isFirst) || (token === '$' && at === pattern.length);
    if (/^[\^$]$/.test(token)) isFlat &&= isEdge && !isMultiline;
    else if (/^[*+?{}|()\]]/.test(token)) isFlat = false;

    const char = characterOf(match, 2);
    if (match[1] !== undefined) source += match[1].replace(/[\s\S]/gu, quoted);
    else if (char !== undefined) source += quoted(char);
    else if (token.startsWith('\\')) {
      isFlat &&= token.length === 2 && (FLAT_ESCAPES.includes(token[1]!) || !/[0-9a-zA-Z]/.test(token[1]!));
      source += spellEscape(token, dialect);
    } else if (token === '.') source += dot;
    else if (dialect === 're2') source += token;
    else if (token === '^' && isMultiline) source += LINE_START;
    else if (token === '$' && isMultiline) source += LINE_END;
    else if (token === '(?P<') source += '(?<';
    else if (token.startsWith('(?P=')) source += `\\k<${token.slice(4, -1)}>`;
    else source += token;
  }
  return { source, flags: flagsOf(letters), isFlat };
}

/** What is opened and never closed is left for the engines to refuse. */
const unfinished = (source: string, letters: string): Spelled => ({ source, flags: flagsOf(letters), isFlat: false });

const flagsOf = (letters: string): string => ['i', 'm', 's'].filter((flag) => letters.includes(flag)).join('');

function tokenAt(kind: RegExp, text: string, at: number): RegExpExecArray | null {
  kind.lastIndex = at;
  return kind.exec(text);
}

/** The character that an escape names by its number; the groups are those of TOKEN and INSIDE, in their order. */
function characterOf(match: ArrayLike<string | undefined>, first: number): string | undefined {
  const hex = match[first] ?? match[first + 1] ?? match[first + 2];
  if (hex !== undefined) return Number.parseInt(hex, 16) > 0x10ffff ? undefined : codePoint(hex, 16);
  const control = match[first + 3];
  if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) % 32);
  const octal = match[first + 4];
  return octal === undefined ? undefined : codePoint(`0${octal}`, 8);
}

const codePoint = (digits: string, base: number): string => String.fromCodePoint(Number.parseInt(digits, base));
const quoted = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);
const quotedInside = (char: string): string => (/[\\\]^[-]/.test(char) ? `\\${char}` : char);

function spellEscape(token: string, dialect: Dialect): string {
  const letter = token.slice(1);
  if (dialect === 'native' && letter in NATIVE_ANCHORS) return NATIVE_ANCHORS[letter]!;
  if (letter in ESCAPES) return ESCAPES[letter]!;
  if (/^[pP]/.test(letter)) return spellProperty(token, dialect);
  return /^[0-9A-Za-z]/.test(letter) ? token : quoted(letter);
}

function spellBrackets(brackets: string, dialect: Dialect): string {
  const open = BRACKETS_OPEN.exec(brackets)![0];
  const inside = brackets.slice(open.length, -1).replace(INSIDE, (token, ...groups: (string | undefined)[]) => {
    const char = characterOf(groups, 0);
    if (char !== undefined) return quotedInside(char);
    if (token.startsWith('[:') && token.length > 2) {
      return dialect === 're2' ? token : (NATIVE_CLASSES[token.slice(2, -2)] ?? token);
    }
    if (token === '[' || token === ']') return `\\${token}`;
    // INSIDE takes a dash for itself only where it precedes a class: `[+-\d]` is no range.
    if (!token.startsWith('\\')) return token;
    const letter = token.slice(1);
    if (letter in ESCAPES_INSIDE) return ESCAPES_INSIDE[letter]!;
    if (/^[pP]./.test(letter)) return spellProperty(token, dialect);
    return /^[0-9A-Za-z]/.test(letter) ? token : quotedInside(letter);
  });
  return `${open}${inside}]`;
}

const spellProperty = (token: string, dialect: Dialect): string =>
  dialect === 'native' && token.length === 3 ? `${token.slice(0, 2)}{${token[2]!}}` : token;
