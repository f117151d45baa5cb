/**
 * A find's projection, compiled once. Order of work: the positional element is picked, fields are kept or left out, arrays are sliced,
 * $elemMatch results follow after the kept fields (as in MongoDB), and computed fields come last.
 */
import { badValue, typeMismatch } from '../errors.ts';
import { compileElementMatch } from '../match/compile.ts';
import { type MatchFound, type MatchOptions } from '../match/types.ts';
import { type Doc } from '../values/doc.ts';
import { getOwn, hasOwn, setOwn } from '../values/own.ts';
import { isPlainObject } from '../values/types.ts';
import { pickPositional, setAt, sliceAt } from './arrays.ts';
import { parseProjection, type ProjectionPlan } from './parse.ts';
import { exclude, include, type Tree } from './tree.ts';

export interface ProjectionOptions {
  readonly match: MatchOptions;
  /** Evaluates each aggregation expression of `spec` on a document; an expression without a value leaves its name out. */
  readonly evaluate?: ((doc: Doc, spec: Doc) => Doc) | undefined;
}
export type Projection = (doc: Doc, found?: MatchFound) => Doc;

/** null when nothing is to be projected. Documents should be those of decodeExact; they are never changed. */
export function compileProjection(spec: Doc | undefined, opts: ProjectionOptions): Projection | null {
  if (spec === undefined) return null;
  if (!isPlainObject(spec)) throw typeMismatch("Expected field 'projection' to be of type object");
  if (Object.keys(spec).length === 0) return null;
  const plan = parseProjection(spec);
  const chooseFields = compileFields(plan);
  const steps = [...compileElementMatches(plan, opts.match), ...compileComputed(plan, opts)];
  const { positional, slices } = plan;
  if (positional === undefined && slices.length === 0 && steps.length === 0) return chooseFields;
  return (doc, found) => {
    const start = positional === undefined ? doc : pickPositional(doc, positional, found?.arrayIndex);
    let result = chooseFields(start);
    for (const slice of slices) result = sliceAt(result, slice);
    for (const step of steps) result = step(result, doc);
    return result;
  };
}

function compileFields(plan: ProjectionPlan): (doc: Doc) => Doc {
  const tree: Tree = new Map(plan.tree);
  const isInclusion = plan.mode === 'inclusion';
  if (isInclusion && plan.idRule !== 'excluded' && !tree.has('_id')) tree.set('_id', 'end');
  if (!isInclusion && plan.idRule === 'excluded') tree.set('_id', 'end');
  return isInclusion ? (doc) => include(doc, tree) : (doc) => exclude(doc, tree);
}

type Step = (result: Doc, doc: Doc) => Doc;

/** The first element that satisfies the condition; a field without one is left out. */
function compileElementMatches(plan: ProjectionPlan, match: MatchOptions): Step[] {
  return plan.elementMatches.map(({ name, operand }): Step => {
    const test = compileElementMatch(operand, match);
    return (result, doc) => {
      const value = getOwn(doc, name);
      const index = Array.isArray(value) ? value.findIndex(test) : -1;
      const copy: Doc = { ...result };
      if (hasOwn(copy, name)) delete copy[name];
      if (index >= 0) setOwn(copy, name, [(value as unknown[])[index]]);
      return copy;
    };
  });
}

function compileComputed({ computed }: ProjectionPlan, { evaluate }: ProjectionOptions): Step[] {
  if (computed.length === 0) return [];
  if (evaluate === undefined) throw badValue('Expressions are not allowed in this projection');
  // Named by number, so that paths with dots are ours to place.
  const spec: Doc = Object.fromEntries(computed.map(({ expression }, i) => [`f${i}`, expression]));
  return [
    (result, doc) => {
      const values = evaluate(doc, spec);
      return computed.reduce((placed, { parts }, i) => setAt(placed, parts, values[`f${i}`]), result);
    },
  ];
}
