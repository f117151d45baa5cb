/**
 * Collations as MongoDB describes them ({ locale, strength, caseLevel, caseFirst, numericOrdering, alternate }), carried out by
 * Intl.Collator, which is ICU as in MongoDB.
 *
 * Limits: Intl gives no sort keys. `keyOf` is made so that strings get equal keys when they compare as equal, and for strength 1
 * and 2 also only then, which is what unique and equality lookups need; keys do not sort as strings do, so ranges and sorts
 * on strings cannot use an index with a collation. `backwards` and `normalization` are not carried out.
 */
import { badValue, MongoError, typeMismatch } from '../errors.ts';
import { createCollationKey } from './collation-key.ts';
import { isNumber, toNumber } from './types.ts';

export interface Collation {
  compare(a: string, b: string): number;
  /** Bytes that are equal for strings that compare as equal. */
  keyOf(text: string): Uint8Array;
}

type Spec = Readonly<Record<string, unknown>>;

const FIELDS = new Set([
  'locale',
  'caseLevel',
  'caseFirst',
  'strength',
  'numericOrdering',
  'alternate',
  'maxVariable',
  'normalization',
  'backwards',
  'version',
]);

/** undefined for no specification and for locale 'simple': strings then compare by their bytes. */
export function createCollation(spec: Spec | undefined): Collation | undefined {
  if (spec === undefined || Object.keys(spec).length === 0) return undefined;
  checkSpec(spec);
  if (spec.locale === 'simple') return undefined;
  const strength = spec.strength === undefined ? 3 : toNumber(spec.strength);
  const hasCaseLevel = spec.caseLevel === true;
  const sensitivity = sensitivityOf(strength, hasCaseLevel);
  const isNumeric = spec.numericOrdering === true;
  const ignoresPunctuation = spec.alternate === 'shifted';
  const collator = new Intl.Collator(localeOf(spec.locale as string), {
    usage: 'sort',
    sensitivity,
    numeric: isNumeric,
    caseFirst: spec.caseFirst === 'upper' || spec.caseFirst === 'lower' ? spec.caseFirst : 'false',
    ignorePunctuation: ignoresPunctuation && strength < 4,
  });
  const compare = (a: string, b: string): number => (a === b ? 0 : collator.compare(a, b));
  return { compare, keyOf: createCollationKey({ compare, sensitivity, isNumeric, ignoresPunctuation }) };
}

function checkSpec(spec: Spec): void {
  for (const field of Object.keys(spec)) {
    if (!FIELDS.has(field))
      throw new MongoError(40415, 'Location40415', `BSON field 'collation.${field}' is an unknown field.`);
  }
  const { locale, strength } = spec;
  if (locale === undefined) {
    throw new MongoError(40414, 'Location40414', "BSON field 'collation.locale' is missing but a required field");
  }
  if (typeof locale !== 'string')
    throw typeMismatch("BSON field 'collation.locale' is the wrong type, expected type 'string'");
  if (strength !== undefined) {
    if (!isNumber(strength)) throw typeMismatch("BSON field 'collation.strength' is the wrong type, expected a number");
    const level = toNumber(strength);
    if (level > 5)
      throw new MongoError(51024, 'Location51024', `BSON field 'strength' value must be <= 5, actual value '${level}'`);
    if (!(level >= 1))
      throw new MongoError(51024, 'Location51024', `BSON field 'strength' value must be >= 1, actual value '${level}'`);
  }
  if (spec.backwards === true) throw badValue('The embedded engine does not support collations with backwards: true');
}

function sensitivityOf(strength: number, hasCaseLevel: boolean): 'base' | 'accent' | 'case' | 'variant' {
  if (strength === 1) return hasCaseLevel ? 'case' : 'base';
  return strength === 2 && !hasCaseLevel ? 'accent' : 'variant';
}

/** 'de_AT@collation=phonebook' in ICU's spelling is 'de-AT-u-co-phonebk' in BCP 47's. */
function localeOf(locale: string): string {
  const [base = '', keywords = ''] = locale.split('@');
  const kind = /(?:^|;)collation=([a-z]+)/i.exec(keywords)?.[1];
  const known: Readonly<Record<string, string>> = { phonebook: 'phonebk', traditional: 'trad', dictionary: 'dict' };
  const tag = base.replaceAll('_', '-') + (kind === undefined ? '' : `-u-co-${known[kind] ?? kind}`);
  try {
    if (Intl.Collator.supportedLocalesOf([tag]).length > 0) return tag;
  } catch {
    // Not even the shape of a locale: refused below like one that ICU does not know.
  }
  throw badValue(`Field 'locale' is invalid in: { locale: "${locale}" }`);
}
