import { describe, expect, it } from 'vitest';
import { MongoError } from '../../../../server/db/embedded/errors.ts';
import { compileMatch } from '../../../../server/db/embedded/match/compile.ts';
import { compileRegex, preparePattern } from '../../../../server/db/embedded/match/regex.ts';

const matches = (source: string, options: string, text: string): boolean =>
  compileMatch({ s: { $regex: source, $options: options } })({ s: text });

/** Ten times what each is asked to take: other work shares the machine. */
// Half a second is what a costly pattern is given; a machine that is shared may take its time.
const SOON_MS = 3_000;
const MIXED = Array.from({ length: 10_000 }, (_, i) => ((i * 7919) % 13 < 6 ? 'a' : 'b')).join('');
const a = (count: number): string => 'a'.repeat(count);

/** What runs in RE2: each is answered, and right. */
const hostile: [pattern: string, text: string, answer: boolean][] = [
  [`${'(a|a)'.repeat(22)}b`, a(40), false],
  [`${'(a|a)'.repeat(22)}b`, `b${a(10_000)}`, false],
  ['\\A(a+)+$', `${a(27)}!`, false],
  ['\\A(a+)+\\z', `${a(10_000)}!`, false],
  [`${'a?'.repeat(30)}${a(30)}`, a(29), false],
  [`${'a?'.repeat(30)}${a(30)}`, a(30), true],
  [`^${'a?'.repeat(100)}${a(50)}$`, a(10_000), false],
  ['(a+)+$', `${a(10_000)}!`, false],
  ['^(a+)+$', a(10_000), true],
  ['([a-zA-Z]+)*$', `${a(10_000)}!`, true],
  ['^([a-zA-Z]+)*$', `${a(10_000)}!`, false],
  ['^(a|aa)+$', `${a(10_000)}!`, false],
  ['^(a|a?)+$', `${a(10_000)}!`, false],
  ['^(.*a){12}$', `${a(10_000)}!`, false],
  ['^(.*)*$', a(10_000), true],
  ['(.*)*b', `b${a(10_000)}`, true],
  ['(.*)*[bc]d', `db${a(10_000)}`, false],
  ['(x+x+)+y', `y${'x'.repeat(10_000)}`, false],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', a(10_000), false],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', `${a(10_000)}Ab`, true],
  ['(\\w+\\s?)+[!]$', `!${a(10_000)}`, false],
  ['^(\\d+)*\\D$', '1'.repeat(10_000), false],
  ['^\\s*(\\S+\\s*)*$x', `${' '.repeat(5_000)}x`, false],
  ['\\s+$', `${' '.repeat(9_999)}x`, false],
  ['.*.*.*.*=', a(10_000), false],
  ['.*.*=.*[;]', `;=${a(10_000)}`, false],
  [
    '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
    `${a(9_998)}@`,
    false,
  ],
  ['^(?:(?:a|b)*)*[cd]$', MIXED, false],
  ['^(a|b|ab)*c$', 'ab'.repeat(5_000), false],
  ['(?:a*)*(?:a*)*(?:a*)*[bc]d', `db${a(10_000)}`, false],
  ['((((a+)+)+)+)+[bc]d', `db${a(10_000)}`, false],
  ['[ab]*a[ab]{12}[cd]$', MIXED, false],
  ['(?i)^(A+)+$', `${a(10_000)}!`, false],
  ['^(é|e\\x{301}|\\w)+$', `${'é'.repeat(9_999)}!`, false],
];

/** What only JavaScript runs: answered or refused. */
const beyondRe2: [pattern: string, text: string][] = [
  ['(?=a)(a+)+$', `${a(10_000)}!`],
  ['^(?!b)(a|a)*$', `${a(10_000)}!`],
  ['(?<!x)(.*)*(.*)*!x', a(10_000)],
  ['^(a+)+\\1?$', `${a(40)}!`],
  ['(a*)*\\1b', a(10_000)],
  ['(.*)(.*)(.*)\\1\\2\\3=', a(10_000)],
  [`(?=.)${'(a|a)'.repeat(40)}b`, a(60)],
  [`(?=.)${'a?'.repeat(40)}${a(40)}b`, a(40)],
  ['a{1,2000}a{1,2000}a{1,2000}b', a(10_000)],
  [`(?=a)${'\\w'.repeat(16_000)}`, a(50)],
  ['(a+)+\\Z', `${a(10_000)}!`],
];

describe('a hostile regular expression', () => {
  it.each(hostile)('%s is soon answered', (pattern, text, answer) => {
    const began = performance.now();
    expect(matches(pattern, '', text)).toBe(answer);
    expect(performance.now() - began).toBeLessThan(SOON_MS);
  });

  it.each(beyondRe2)('%s, which RE2 lacks, is answered or refused soon', (pattern, text) => {
    const began = performance.now();
    expect(outcome(() => matches(pattern, '', text))).toBeOneOf([false, 51156]);
    expect(performance.now() - began).toBeLessThan(SOON_MS);
  });

  it('is refused for one text and still answers the next', () => {
    const test = compileRegex('^(?=a)(a|a)*$', '');
    for (const round of [1, 2]) {
      expect(
        outcome(() => test(`${a(50)}!`)),
        `round ${round}`,
      ).toBe(51156);
      expect(test(a(50))).toBe(true);
    }
  });

  it('is refused when it takes long over many texts, none of them long', () => {
    const test = compileRegex('[ab]*a[ab]{200}[cd]$', '');
    const began = performance.now();
    outcome(() => Array.from({ length: 200 }, (_, i) => test(MIXED.slice(i))));
    expect(performance.now() - began).toBeLessThan(6 * SOON_MS);
  });

  it.each(['a.*b|a', '(?:a+)+b|a', '(?=a)a.*b|a'])('%s finds all its matches soon or is refused', (pattern) => {
    const began = performance.now();
    outcome(() => [...preparePattern(pattern, '').matches(a(20_000))]);
    expect(performance.now() - began).toBeLessThan(3 * SOON_MS);
  });

  it.each([
    'a{1000}'.repeat(4_000),
    '('.repeat(32_000),
    '['.repeat(32_000),
    '(?#'.repeat(10_000) + '(',
    'x'.repeat(32_765),
  ])('that is huge is refused soon (%#)', (pattern) => {
    const began = performance.now();
    expect(outcome(() => compileRegex(pattern, ''))).toBe(51091);
    expect(performance.now() - began).toBeLessThan(3 * SOON_MS);
  });

  it('of the longest kind that MongoDB takes is taken', () => {
    expect(compileRegex('c'.repeat(32_764), '')('c'.repeat(32_764))).toBe(true);
  });
});

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof MongoError ? error.code : error;
  }
}

const patterns = [
  'abc',
  '^abc',
  'abc$',
  '^abc$',
  'a.c',
  '.',
  '^.$',
  '^$',
  '',
  'a*',
  'a+b',
  'ab?c',
  '^a*$',
  'a{2}',
  'a{2,}',
  '^a{1,2}$',
  'a|b',
  '^(?:foo|bar)$',
  '(a)(b)?c',
  '[abc]',
  '[^abc]',
  '[a-c]+$',
  '[\\w.-]+@[\\w-]+\\.com',
  '\\d+',
  '\\D',
  '\\w+\\s\\w+',
  '\\W',
  '\\S+',
  '\\bfoo\\b',
  '\\Boo',
  'o{2}',
  '(foo)+',
  '(?:ab)*c',
  'a\\.c',
  'a\\-b',
  'a\\_b',
  '\\$\\d',
  '\\[x\\]',
  '[\\]x]',
  '[\\s,]+',
  '[^\\s]+',
  '[\\d-]+',
  '\\/',
  '\\t',
  '\\n',
  '\\x41',
  '\\u00e9',
  'é',
  '^\\W+$',
  '[à-ü]',
  '\\p{L}+$',
  '\\p{Lu}',
  '[\\p{L}\\d]+',
  '😀',
  '^😀$',
  '[😀x]',
  '.😀.',
  '(?=foo)f',
  'foo(?!bar)',
  '(?<=o)b',
  '(?<!o)b',
  '(a)\\1',
  '^(.)(.).?\\2\\1$',
  '(?<x>a)\\k<x>',
  '(?<y>b)',
  'a.*b.*c',
  '.*?b',
  'x+?y',
  '^[^@]+@[^@]+$',
  '^(?=.*\\d)(?=.*[a-z]).{4,}$',
  '[-a]',
  '[a-]',
  '[+\\-*]',
  'a b',
  '#',
  '^\\d{4}-\\d{2}-\\d{2}',
  'foo|',
  '()',
  '[.]',
  '\\(',
  'b\\b',
  'o$|^a',
];
const texts = [
  '',
  'a',
  'b',
  'abc',
  'ABC',
  'aabbcc',
  'xabcx',
  'a.c',
  'a-b',
  'a_b',
  'foo',
  'foobar',
  'a foo b',
  'FOO bar',
  'me@my-site.com',
  '2024-05-06',
  '$5 [x] (y)',
  'line1\nabc\nline3',
  'abc\n',
  '\nabc',
  'a\nb\nc',
  'tab\there',
  'é',
  'É',
  'Ünï cödé',
  '😀',
  'x😀y',
  'abba',
  'aa',
  'baab',
  'a/b#c',
  'pass1word',
  'a]b',
  '+-*',
  'xxy',
];

describe('an ordinary regular expression', () => {
  it.each(['', 'i', 'm', 's', 'im', 'ims'])('answers as in JavaScript, with the options "%s"', (options) => {
    const differing = patterns.flatMap((pattern) => {
      const native = nativeOf(pattern, options);
      return texts
        .filter((text) => native.test(text) !== matches(pattern, options, text))
        .map((text) => ({ pattern, text, expected: native.test(text) }));
    });
    expect(differing).toEqual([]);
  });

  it.each(['', 'i', 'm', 's'])('finds the same matches as in JavaScript, with the options "%s"', (options) => {
    for (const pattern of patterns) {
      const native = new RegExp(nativeOf(pattern, options), `g${nativeOf(pattern, options).flags}`);
      const { matches: find } = preparePattern(pattern, options);
      for (const text of texts) {
        const expected = Array.from(text.matchAll(native), ([match, ...captures]) => [
          match,
          captures.map((x) => (x as unknown) ?? null),
        ]);
        expect(
          [...find(text)].map(({ text: match, captures }) => [match, captures]),
          `${pattern} in ${text}`,
        ).toEqual(expected);
      }
    }
  });

  it.each<[pattern: string, options: string, text: string, answer: boolean]>([
    // PCRE's own
    ['\\Aab', 'm', 'x\nab', false],
    ['\\Aab\\z', '', 'ab', true],
    ['ab\\z', 'm', 'ab\n', false],
    ['ab\\Z', '', 'ab\n', true],
    ['ab\\Z', '', 'ab\n\n', false],
    ['(?i)ab', '', 'AB', true],
    ['a(?i)b', '', 'aB', true],
    ['a(?i:b)c', '', 'aBC', false],
    ['\\Qa.b\\E+', '', 'a.bb', true],
    ['\\Qa.b\\E', '', 'axb', false],
    ['a(?#why)b', '', 'ab', true],
    ['(?P<n>a)b', '', 'ab', true],
    ['(?P<n>a)(?P=n)', '', 'aa', true],
    ['\\x{1F600}', '', '😀', true],
    ['^[[:alpha:]]+$', '', 'abc', true],
    ['^[[:alpha:]_]+$', '', 'ab1', false],
    ['(?!x)^[[:digit:][:space:]]+$', '', '1 2', true],
    ['^[]a]+$', '', ']a', true],
    ['^[a\\h]+$', '', 'a\t', true],
    ['a\\hb', '', 'a b', true],
    ['^\\R$', '', '\r\n', true],
    ['\\p{Greek}', '', 'λ', true],
    ['\\pL', '', '1é', true],
    ['[\\w-\\s]', '', '-', true],
    ['a{1001}', '', a(1_001), true],
    // line ends are \n alone, whatever runs it
    ['^b', 'm', 'a\rb', false],
    ['(?=b)^b', 'm', 'a\rb', false],
    ['(?=b)^b$', 'm', 'a\nb\nc', true],
    ['a.b', '', 'a\rb', true],
    ['a.b', '', 'a\nb', false],
    ['(?=a)a.b', '', 'a\u2028b', true],
    ['(?=a)a.b', 's', 'a\nb', true],
    ['^\\s$', '', '\v', true],
    ['^[\\s]$', '', '\u00a0', false],
    ['^[^\\S]$', '', '\u00a0', false],
    ['^[\\S]+$', '', '\u00a0😀', true],
    // option x
    ['a b # c', 'x', 'ab', true],
    ['a\\ b', 'x', 'a b', true],
    ['a[ ]b', 'x', 'a b', true],
    ['a # (\n+ $', 'x', 'aa', true],
    ['(?x) a  b', '', 'ab', true],
    ['(?=a) a  b', 'x', 'ab', true],
  ])('%s with "%s" on %j: %s', (pattern, options, text, answer) => {
    expect(matches(pattern, options, text)).toBe(answer);
  });
});

function nativeOf(pattern: string, options: string): RegExp {
  try {
    return new RegExp(pattern, `${options}u`);
  } catch {
    return new RegExp(pattern, options);
  }
}
