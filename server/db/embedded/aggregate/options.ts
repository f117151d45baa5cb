/** The doors for the other floors: `$expr` for the matcher, computed fields for projections, pipelines for updates. */
import { type MatchOptions } from '../match/types.ts';
import { type Collation } from '../values/collation.ts';
import { type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { compileExpression, createScope, type ExpressionEnv, frameOf } from './expression/compile.ts';
import { createExpressionEnv, topScope } from './expression/environment.ts';
import { fail, isTruthy, nameOfType, setField } from './expression/values.ts';
import { checkVariableName } from './expression/variables.ts';
import { type PlainStageCompiler } from './stage.ts';
import { addFields, project, unset } from './stages/project.ts';
import { replaceRoot, replaceWith } from './stages/replaceroot.ts';
import { checkStages } from './validate.ts';

/** What `compileMatch` needs to understand `$expr`. `variables` are the evaluated `let` of the command. */
export function matchOptions(variables?: Doc, collation?: Collation): MatchOptions {
  return matchOptionsOver(createExpressionEnv({ variables, collation }));
}

/** Like `matchOptions`, over variables that may change between documents. */
export function matchOptionsOver(env: ExpressionEnv): MatchOptions {
  return {
    collation: env.collation,
    expr(expression) {
      const evaluate = compileExpression(expression, createScope(env));
      return (doc) => isTruthy(evaluate(frameOf(doc)));
    },
  };
}

/** `let` of a command: expressions that may use no field, evaluated once. */
export function evaluateLet(spec: unknown): Doc | undefined {
  if (spec === undefined) return undefined;
  if (!isPlainObject(spec))
    fail(14, `BSON field 'let' is the wrong type '${nameOfType(spec)}', expected type 'object'`, 'TypeMismatch');
  const scope = topScope();
  const values: Doc = {};
  for (const name of Object.keys(spec)) {
    checkVariableName(name);
    setField(values, name, compileExpression(spec[name], scope)(frameOf({})) ?? null);
  }
  return values;
}

type Compiled = readonly (readonly [path: string, evaluate: ReturnType<typeof compileExpression>])[];
const compiledFields = new WeakMap<Doc, { readonly variables: Doc | undefined; readonly fields: Compiled }>();

/** Computed fields of a `find` projection: path → expression over a document; a missing value is left out of the answer. */
export function evaluateFields(doc: Doc, spec: Doc, variables?: Doc): Doc {
  let known = compiledFields.get(spec);
  if (known?.variables !== variables || !known) {
    const scope = topScope({ variables });
    known = {
      variables,
      fields: Object.keys(spec).map((path) => [path, compileExpression(spec[path], scope)] as const),
    };
    compiledFields.set(spec, known);
  }
  const made: Doc = {};
  const frame = frameOf(doc);
  for (const [path, evaluate] of known.fields) {
    const value = evaluate(frame);
    if (value !== undefined) setField(made, path, value);
  }
  return made;
}

const UPDATE_STAGES: Readonly<Record<string, PlainStageCompiler>> = {
  $addFields: addFields,
  $set: addFields,
  $project: project,
  $unset: unset,
  $replaceRoot: replaceRoot,
  $replaceWith: replaceWith,
};

/** An update given as a pipeline ($set, $addFields, $unset, $project, $replaceRoot, $replaceWith) over an exact document. */
export function runUpdatePipeline(doc: Doc, stages: readonly Doc[], variables?: Doc): Doc {
  const scope = topScope({ variables });
  let made = doc;
  for (const stage of checkStages(stages)) {
    const [name = ''] = Object.keys(stage);
    const compile = Object.hasOwn(UPDATE_STAGES, name) ? UPDATE_STAGES[name] : undefined;
    if (!compile) fail(72, `${name} is not allowed to be used within an update`, 'InvalidOptions');
    const compiled = compile(stage[name], { scope }, name);
    if (compiled.kind === 'each') made = compiled.apply(made) ?? made;
  }
  return made;
}
