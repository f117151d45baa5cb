/** `$replaceRoot` and its short form `$replaceWith`. */
import { isPlainObject } from '../../values/types.ts';
import { compileExpression, frameOf } from '../expression/compile.ts';
import { weighed } from '../expression/weight.ts';
import { fail, nameOfType, show } from '../expression/values.ts';
import { each, needObject, type Stage, type PlainStageCompiler, type StageContext } from '../stage.ts';

function rootFrom(expression: unknown, { scope }: Pick<StageContext, 'scope'>, name: string): Stage {
  const evaluate = compileExpression(expression, scope);
  return each((doc) => {
    const root = evaluate(frameOf(doc));
    if (!isPlainObject(root))
      fail(
        40228,
        `'${name === '$replaceRoot' ? 'newRoot' : 'replacement document'}' expression must evaluate to an object, but resulting value was: ${root === undefined ? 'MISSING' : show(root)}. Type of resulting value: '${nameOfType(root)}'.`,
      );
    return weighed(root);
  });
}

export const replaceRoot: PlainStageCompiler = (spec, context, name) => {
  const fields = needObject(spec, 40229, 'expected an object as specification for $replaceRoot stage');
  for (const key of Object.keys(fields))
    if (key !== 'newRoot')
      fail(40230, `unrecognized option to $replaceRoot stage: ${key}, only valid option is 'newRoot'.`);
  if (!Object.hasOwn(fields, 'newRoot')) fail(40231, 'no newRoot specified for the $replaceRoot stage');
  return rootFrom(fields.newRoot, context, name);
};

export const replaceWith: PlainStageCompiler = rootFrom;
