/** The stages that fit into a few lines: `$match`, `$skip`, `$limit`, `$count`, `$sample`, `$redact`, `$unionWith`, `$documents`. */
import { compileMatch } from '../../match/compile.ts';
import { type Doc } from '../../values/codec.ts';
import { isPlainObject } from '../../values/types.ts';
import { bind, compileExpression, frameOf } from '../expression/compile.ts';
import { asNumber, double, fromBigInt, kindOf } from '../expression/numbers.ts';
import { fail, setField } from '../expression/values.ts';
import { each, iterate, needObject, type StageCompiler, stream } from '../stage.ts';
import { sortStream } from '../spill/sort.ts';
import { limitOf, skipOf } from './limits.ts';
import { readSubPipeline } from './subpipeline.ts';

export const match: StageCompiler = (spec, context) => {
  const matches = compileMatch(needObject(spec, 15959, 'the match filter must be an object'), context.match);
  return each((doc) => (matches(doc) ? doc : undefined));
};

export const limit: StageCompiler = (spec) => {
  const most = limitOf(spec);
  return stream(async function* (source) {
    let n = 0;
    for await (const doc of source) {
      yield doc;
      if (++n >= most) return;
    }
  });
};

export const skip: StageCompiler = (spec) => {
  const count = skipOf(spec);
  return stream(async function* (source) {
    let n = 0;
    for await (const doc of source) if (n++ >= count) yield doc;
  });
};

export const count: StageCompiler = (spec) => {
  if (typeof spec !== 'string') fail(40156, 'the count field must be a non-empty string');
  if (spec === '') fail(40157, 'the count field must be a non-empty string');
  if (spec.startsWith('$')) fail(40158, 'the count field cannot be a $-prefixed path');
  if (spec.includes('.')) fail(40160, "the count field cannot contain '.'");
  return stream(async function* (source) {
    let n = 0n;
    for await (const _doc of source) n++;
    if (n === 0n) return;
    const made: Doc = {};
    setField(made, spec, fromBigInt(n, 'int'));
    yield made;
  });
};

/** A sort by chance, of which only the first are kept: every document has the same chance. */
export const sample: StageCompiler = (spec, context) => {
  const fields = needObject(spec, 28745, 'the $sample stage specification must be an object');
  for (const key of Object.keys(fields)) if (key !== 'size') fail(28748, `unrecognized option to $sample: ${key}`);
  if (!Object.hasOwn(fields, 'size')) fail(28749, '$sample stage must specify a size');
  const size =
    kindOf(fields.size) === undefined
      ? fail(28746, 'size argument to $sample must be a number')
      : Math.trunc(asNumber(fields.size));
  if (size <= 0) fail(28747, 'size argument to $sample must be a positive integer');
  const order = { keysOf: ({ chance }: Doc) => asNumber(chance), compare: (a: number, b: number) => a - b };
  return stream(async function* (source) {
    const drawn = (async function* () {
      for await (const doc of source) yield { chance: double(Math.random()), doc };
    })();
    let n = 0;
    for await (const { doc } of sortStream(drawn, order, { ...context, limit: size }, '$sample')) {
      yield doc as Doc;
      if (++n >= size) return;
    }
  });
};

/** `$group` by the expression and count, most frequent first. */
export const sortByCount: StageCompiler = (spec, context) => {
  const isExpression =
    (typeof spec === 'string' && spec.startsWith('$')) ||
    (isPlainObject(spec) && Object.keys(spec)[0]?.startsWith('$') === true);
  if (!isExpression)
    fail(
      typeof spec === 'string' ? 40148 : isPlainObject(spec) ? 40147 : 40149,
      'the sortByCount field must be specified as a $-prefixed path or an expression in an object',
    );
  const run = context.compile([{ $group: { _id: spec, count: { $sum: 1 } } }, { $sort: { count: -1 } }], context);
  return stream(run);
};

const PRUNE = Symbol('$$PRUNE');
const KEEP = Symbol('$$KEEP');
const DESCEND = Symbol('$$DESCEND');

export const redact: StageCompiler = (spec, { scope }) => {
  let inner = scope;
  const decisions = [
    ['PRUNE', PRUNE],
    ['KEEP', KEEP],
    ['DESCEND', DESCEND],
    ['CURRENT', undefined],
  ] as const;
  const slots = decisions.map(([name]) => {
    const bound = bind(inner, name);
    inner = bound.scope;
    return bound.slot;
  });
  const evaluate = compileExpression(spec, inner);

  function redactDoc(doc: Doc, root: Doc): Doc | undefined {
    const frame = frameOf(root);
    decisions.forEach(([name, value], i) => (frame.slots[slots[i]!] = name === 'CURRENT' ? doc : value));
    const decision = evaluate(frame);
    if (decision === PRUNE) return undefined;
    if (decision === KEEP) return doc;
    if (decision !== DESCEND) fail(17053, '$redact must return $$KEEP, $$PRUNE or $$DESCEND');
    const made: Doc = {};
    for (const key of Object.keys(doc)) {
      const value = redactValue(doc[key], root);
      if (value !== undefined) setField(made, key, value);
    }
    return made;
  }
  function redactValue(value: unknown, root: Doc): unknown {
    if (isPlainObject(value)) return redactDoc(value, root);
    if (!Array.isArray(value)) return value;
    return (value as unknown[]).map((item) => redactValue(item, root)).filter((item) => item !== undefined);
  }
  return each((doc) => redactDoc(doc, doc));
};

export const unionWith: StageCompiler = (spec, context) => {
  const fields: Doc =
    typeof spec === 'string'
      ? { coll: spec }
      : needObject(spec, 9, 'the $unionWith stage specification must be an object or string');
  const { coll, pipeline = [] } = fields;
  if (coll !== undefined && typeof coll !== 'string')
    fail(14, "BSON field '$unionWith.coll' is the wrong type, expected type 'string'", 'TypeMismatch');
  if (!Array.isArray(pipeline))
    fail(14, "BSON field '$unionWith.pipeline' is the wrong type, expected type 'array'", 'TypeMismatch');
  const read = readSubPipeline(coll, pipeline as Doc[], context, '$unionWith');
  return stream(async function* (source) {
    yield* source;
    yield* read({});
  });
};

export const documents: StageCompiler = (spec, { scope, pace }) => {
  const evaluate = compileExpression(spec, scope);
  return stream(() => {
    const docs = evaluate(frameOf({}));
    if (!Array.isArray(docs) || !docs.every(isPlainObject))
      fail(5858203, 'an array of documents is expected by $documents');
    return iterate(docs, pace);
  });
};
