/**
 * Folds a string to what a collation looks at: case and accents go when the strength ignores them. Whether an accent makes a
 * letter of its own depends on the language (å is a letter in Swedish), so the collator itself is asked about each accented letter.
 */
export interface CollationKeyOptions {
  readonly compare: (a: string, b: string) => number;
  readonly sensitivity: 'base' | 'accent' | 'case' | 'variant';
  readonly isNumeric: boolean;
  readonly ignoresPunctuation: boolean;
}

const ASCII = /^[\0-\x7f]*$/;
/** A letter with its marks, unless it is plain ASCII. */
const LETTER = /[^\0-\x7f]\p{M}*|\P{M}\p{M}+/gu;
const MARKS = /\p{M}+/gu;
/** Zero width and control characters weigh nothing in ICU's order. */
const WEIGHTLESS = /[\p{Cc}\p{Cf}]/gu;
const CONTROLS_WITH_WEIGHT = /[\t\n\v\f\r\x85]/;

export function createCollationKey(options: CollationKeyOptions): (text: string) => Uint8Array {
  const { sensitivity, isNumeric, ignoresPunctuation } = options;
  const foldsCase = sensitivity === 'base' || sensitivity === 'accent';
  const foldsAccents = sensitivity === 'base' || sensitivity === 'case';
  const foldLetter = createLetterFold(options.compare, foldsCase);
  return function keyOf(text) {
    let folded = foldsCase ? text.toLowerCase() : text;
    if (!ASCII.test(folded)) {
      folded = folded.normalize(foldsCase || foldsAccents ? 'NFKD' : 'NFD');
      if (foldsCase || foldsAccents) folded = folded.replace(LETTER, foldLetter);
    }
    folded = folded.replace(WEIGHTLESS, (mark) => (CONTROLS_WITH_WEIGHT.test(mark) ? mark : ''));
    if (ignoresPunctuation) folded = folded.replace(/[\p{P}\p{Z}\s]/gu, '');
    if (isNumeric) folded = folded.replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, ''));
    return Buffer.from(folded, 'utf8');
  };
}

/** The plainest spelling that the collator takes for the same: without marks, or ß as ss, or as it is. */
function createLetterFold(compare: CollationKeyOptions['compare'], foldsCase: boolean): (letter: string) => string {
  return (letter) => {
    const spelled = foldsCase ? letter.toUpperCase().toLowerCase() : letter;
    const candidates = [spelled.replace(MARKS, ''), spelled, letter.replace(MARKS, '')];
    return candidates.find((candidate) => compare(candidate, letter) === 0) ?? letter;
  };
}
