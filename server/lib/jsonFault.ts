/**
 * Where text stops being JSON (RFC 8259), for the message to whoever sent it: JSON.parse does not always say. Only run
 * on text that JSON.parse refused.
 */

/** The position of the first character that cannot be there; the length of the text when it ends too early. */
export function findJsonFault(text: string): number {
  const open: ('[' | '{')[] = [];
  let at = skipSpace(text, 0);
  let wanted: 'value' | 'value or ]' | 'key' | 'key or }' | 'comma or end' = 'value';
  for (;;) {
    const char = text[at];
    if (char === undefined) return text.length;
    if (wanted === 'comma or end') {
      const inside = open.at(-1);
      if (inside === undefined) return at;
      if (char === (inside === '[' ? ']' : '}')) open.pop();
      else if (char === ',') wanted = inside === '[' ? 'value' : 'key';
      else return at;
      at++;
    } else if (wanted === 'key' || wanted === 'key or }') {
      if (char === '}' && wanted === 'key or }') {
        open.pop();
        wanted = 'comma or end';
        at++;
      } else {
        const end = char === '"' ? endOfString(text, at) : fault(at);
        if (end < 0) return -end - 1;
        at = skipSpace(text, end);
        if (text[at] !== ':') return Math.min(at, text.length);
        at++;
        wanted = 'value';
      }
    } else if (char === ']' && wanted === 'value or ]') {
      open.pop();
      wanted = 'comma or end';
      at++;
    } else if (char === '[' || char === '{') {
      open.push(char);
      wanted = char === '[' ? 'value or ]' : 'key or }';
      at++;
    } else {
      const end = endOfScalar(text, at);
      if (end < 0) return -end - 1;
      wanted = 'comma or end';
      at = end;
    }
    at = skipSpace(text, at);
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}

/** Where the scalar that begins at `from` ends, or its fault. */
function endOfScalar(text: string, from: number): number {
  if (text[from] === '"') return endOfString(text, from);
  for (const word of ['true', 'false', 'null']) {
    if (text[from] !== word[0]) continue;
    for (let i = 0; i < word.length; i++) if (text[from + i] !== word[i]) return fault(from + i);
    return from + word.length;
  }
  return endOfNumber(text, from);
}

function endOfNumber(text: string, from: number): number {
  let at = text[from] === '-' ? from + 1 : from;
  if (!isDigit(text[at])) return fault(at);
  if (text[at] === '0') at++;
  else at = skipDigits(text, at);
  if (text[at] === '.') {
    if (!isDigit(text[at + 1])) return fault(at + 1);
    at = skipDigits(text, at + 1);
  }
  if (text[at] === 'e' || text[at] === 'E') {
    at++;
    if (text[at] === '+' || text[at] === '-') at++;
    if (!isDigit(text[at])) return fault(at);
    at = skipDigits(text, at);
  }
  return at;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') return at + 1;
    if (char < ' ') return fault(at);
    if (char !== '\\') continue;
    at++;
    if (text[at] === 'u') {
      for (let i = 1; i <= 4; i++)
        if (!/[0-9a-fA-F]/.test(text[at + i] ?? '')) return fault(Math.min(at + i, text.length));
      at += 4;
    } else if (!'"\\/bfnrt'.includes(text[at] ?? ' ')) return fault(Math.min(at, text.length));
  }
  return fault(text.length);
}

/** A position told apart from an end by being negative. */
function fault(at: number): number {
  return -at - 1;
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (isDigit(text[at])) at++;
  return at;
}
