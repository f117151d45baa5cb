/**
 * Which expressions a pipeline may calculate with: those that only look at the documents in it. What is not known here
 * is refused, above all what runs code ($function, $accumulator) or makes much out of little ($range, $reduce).
 */
import { refusal, type Place } from './fault.ts';
import { checkField } from './fields.ts';
import { checkRegex } from './regex.ts';
import { checkValue, isRecord } from './values.ts';

const MAX_DEPTH = 32;
const VARIABLES = new Set(['ROOT', 'CURRENT', 'REMOVE', 'NOW']);

const OPERATORS = new Set(
  [
    '$abs $add $ceil $divide $exp $floor $ln $log $log10 $mod $multiply $pow $round $sqrt $subtract $trunc',
    '$and $or $not $cmp $eq $ne $gt $gte $lt $lte $cond $ifNull $switch',
    '$arrayElemAt $arrayToObject $concatArrays $filter $first $firstN $in $indexOfArray $isArray $last $lastN $map',
    '$maxN $minN $objectToArray $reverseArray $size $slice $sortArray $zip',
    '$avg $max $min $sum $stdDevPop $stdDevSamp $mergeObjects',
    '$allElementsTrue $anyElementTrue $setDifference $setEquals $setIntersection $setIsSubset $setUnion',
    '$concat $indexOfBytes $indexOfCP $ltrim $rtrim $trim $split $strLenBytes $strLenCP $strcasecmp $substr',
    '$substrBytes $substrCP $toLower $toUpper $replaceOne $replaceAll',
    '$dateAdd $dateDiff $dateFromParts $dateFromString $dateSubtract $dateToParts $dateToString $dateTrunc',
    '$dayOfMonth $dayOfWeek $dayOfYear $hour $isoDayOfWeek $isoWeek $isoWeekYear $millisecond $minute $month $second',
    '$week $year',
    '$convert $isNumber $toBool $toDate $toDecimal $toDouble $toInt $toLong $toObjectId $toString $type',
    '$let',
  ].flatMap((line) => line.split(' ')),
);

type Check = (operand: unknown, place: Place) => void;

const SPECIAL: Readonly<Record<string, Check>> = {
  $literal: checkValue,
  $regexMatch: checkMatch,
  $regexFind: checkMatch,
  $regexFindAll: checkMatch,
};

/** Throws 422 with the place of the first part that is not allowed. */
export function checkExpression(expression: unknown, place: Place, depthLeft = MAX_DEPTH): void {
  if (depthLeft <= 0) throw refusal(place.slice(0, 8), `an expression nests at most ${MAX_DEPTH} levels deep`);
  if (typeof expression === 'string') {
    checkPath(expression, place);
    return;
  }
  if (Array.isArray(expression)) {
    expression.forEach((item: unknown, i) => checkExpression(item, [...place, String(i)], depthLeft - 1));
    return;
  }
  if (!isRecord(expression)) {
    checkValue(expression, place);
    return;
  }
  const keys = Object.keys(expression);
  const isOperator = keys.some((key) => key.startsWith('$'));
  if (isOperator && keys.length > 1) throw refusal(place, 'an operator stands alone in its object');
  for (const [key, operand] of Object.entries(expression)) {
    const here = [...place, key];
    if (!isOperator) checkField(key, here);
    if (!isOperator || OPERATORS.has(key)) checkExpression(operand, here, depthLeft - 1);
    else if (Object.hasOwn(SPECIAL, key)) SPECIAL[key]?.(operand, here);
    else throw refusal(here, `${key} is not an operator that can be used in an expression`);
  }
}

/** `$a.b` and `$$name.a.b` mean fields; any other text means itself. */
function checkPath(text: string, place: Place): void {
  if (!text.startsWith('$')) return;
  if (!text.startsWith('$$')) {
    checkField(text.slice(1), place);
    return;
  }
  const [name = '', ...path] = text.slice(2).split('.');
  // Names of one's own begin with a small letter; the others are the database's, and tell of it.
  if (!/^[a-z][A-Za-z0-9_]*$/.test(name) && !VARIABLES.has(name)) {
    throw refusal(place, `$$${name} cannot be used here; these can: ${[...VARIABLES].map((v) => `$$${v}`).join(' ')}`);
  }
  if (path.length > 0) checkField(path.join('.'), place);
}

/** Regular expressions stand in the pipeline as they are, so that they can be looked at before they are used. */
function checkMatch(operand: unknown, place: Place): void {
  if (!isRecord(operand)) throw refusal(place, 'expected { input, regex, options? }');
  for (const key of Object.keys(operand)) {
    if (!['input', 'regex', 'options'].includes(key))
      throw refusal([...place, key], 'expected input, regex or options');
  }
  const { input, regex, options } = operand;
  checkExpression(input, [...place, 'input'], MAX_DEPTH);
  if (typeof regex === 'string' && regex.startsWith('$')) {
    throw refusal([...place, 'regex'], 'expected a regular expression that does not come from a document');
  }
  checkRegex({ $regex: regex, ...(options !== undefined && { $options: options }) }, place);
}
