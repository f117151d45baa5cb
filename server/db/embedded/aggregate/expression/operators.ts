/** Every expression operator by its name. */
import { arithmetic } from './arithmetic.ts';
import { arrays } from './arrays.ts';
import { type OperatorCompiler } from './compile.ts';
import { conversions } from './convert.ts';
import { dates } from './dates.ts';
import { dateUnits } from './dateunits.ts';
import { logic } from './logic.ts';
import { misc } from './misc.ts';
import { objects } from './objects.ts';
import { regexes } from './regex.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';
import { variables } from './variables.ts';

export const operators: Readonly<Record<string, OperatorCompiler>> = {
  ...arithmetic,
  ...arrays,
  ...conversions,
  ...dates,
  ...dateUnits,
  ...logic,
  ...misc,
  ...objects,
  ...regexes,
  ...sets,
  ...strings,
  ...variables,
};
