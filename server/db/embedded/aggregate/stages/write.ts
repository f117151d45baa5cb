/** `$out` and `$merge`, the stages that write. Both answer no documents. */
import { type Doc } from '../../values/codec.ts';
import { equalValues } from '../../values/order.ts';
import { isPlainObject } from '../../values/types.ts';
import { ObjectId } from 'bson';
import { MongoError } from '../../errors.ts';
import { compileExpression, createScope, frameOf, parsePath } from '../expression/compile.ts';
import { fail, nameOfType, readFieldPath, show } from '../expression/values.ts';
import { runUpdatePipeline } from '../options.ts';
import { type StageCompiler, type StageContext, stream } from '../stage.ts';
import { mergeTarget, outTarget } from './target.ts';

const withId = (doc: Doc): Doc => (Object.hasOwn(doc, '_id') ? doc : { _id: new ObjectId(), ...doc });

export const out: StageCompiler = (spec, { env }) => {
  const target = outTarget(spec, env.db);
  return stream(async function* (source) {
    const documents = (async function* () {
      for await (const doc of source) yield withId(doc);
    })();
    await writer(env).replaceCollection(target, documents);
    yield* [];
  });
};

function writer(env: StageContext['env']) {
  return env.write ?? fail(20, 'this pipeline may not write here', 'IllegalOperation');
}

type Decide = (existing: Doc | null, incoming: Doc) => Doc | null;

export const merge: StageCompiler = (spec, context) => {
  const { env } = context;
  if (typeof spec !== 'string' && !isPlainObject(spec))
    fail(51182, `$merge requires a string or object argument, but found ${nameOfType(spec)}`);
  const fields: Doc = typeof spec === 'string' ? { into: spec } : spec;
  for (const key of Object.keys(fields))
    if (!['into', 'on', 'let', 'whenMatched', 'whenNotMatched'].includes(key))
      fail(40415, `BSON field '$merge.${key}' is an unknown field.`);
  const target = mergeTarget(fields, env.db);
  const on = onFields(fields.on);
  const decide = createDecide(fields, context);
  return stream(async function* (source) {
    const write = writer(env);
    if (!write.hasUniqueIndex(target, on)) fail(51183, 'Cannot find index to verify that join fields will be unique');
    for await (const doc of source) {
      const incoming = on.includes('_id') ? withId(doc) : doc;
      const filter: Doc = {};
      for (const field of on) {
        const value = readFieldPath(incoming, field.split('.'));
        if (value === undefined || value === null)
          fail(51132, `$merge write error: 'on' field '${field}' cannot be missing, null, undefined or an array`);
        if (Array.isArray(value)) fail(51185, `$merge write error: 'on' field '${field}' cannot be an array`);
        filter[field] = { $eq: value };
      }
      await write.change(target, filter, (existing) => decide(existing, incoming));
    }
    yield* [];
  });
};

function onFields(on: unknown): readonly string[] {
  if (on === undefined) return ['_id'];
  const listed: readonly unknown[] = Array.isArray(on) ? on : [on];
  if (listed.length === 0) fail(51187, "If explicitly specifying $merge 'on', must include at least one field");
  return listed.map((field) =>
    typeof field === 'string'
      ? parsePath(field).join('.')
      : fail(51186, "$merge 'on' field must be either a string or an array of strings"),
  );
}

function createDecide(fields: Doc, context: StageContext): Decide {
  const { whenMatched = 'merge', whenNotMatched = 'insert', let: vars } = fields;
  if (!['insert', 'discard', 'fail'].includes(whenNotMatched as string))
    fail(
      2,
      `Enumeration value '${show(whenNotMatched)}' for field '$merge.whenNotMatched' is not a valid value.`,
      'BadValue',
    );
  if (vars !== undefined && !Array.isArray(whenMatched))
    fail(51199, "Cannot use 'let' variables with 'whenMatched' mode that is not a pipeline");
  const matched = whenMatchedOf(whenMatched, vars, context);
  return (existing, incoming) => {
    if (existing) return matched(existing, incoming);
    if (whenNotMatched === 'fail')
      throw new MongoError(
        13113,
        'MergeStageNoMatchingDocument',
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      );
    return whenNotMatched === 'discard' ? null : withId(incoming);
  };
}

function whenMatchedOf(
  mode: unknown,
  vars: unknown,
  context: StageContext,
): (existing: Doc, incoming: Doc) => Doc | null {
  if (Array.isArray(mode)) return pipelineMode(mode as Doc[], vars, context);
  switch (mode) {
    case 'replace':
      return keepId((_existing, incoming) => incoming);
    case 'merge':
      return keepId((existing, incoming) => ({ ...existing, ...incoming }));
    case 'keepExisting':
      return () => null;
    case 'fail':
      return (existing) =>
        fail(
          11000,
          `E11000 duplicate key error: $merge found a matching document with _id ${show(existing._id)}`,
          'DuplicateKey',
        );
    default:
      return fail(51191, `$merge 'whenMatched' mode '${show(mode)}' is not supported`, 'BadValue');
  }
}

/** The stored document keeps its _id: asking for another one is an error. */
function keepId(change: (existing: Doc, incoming: Doc) => Doc) {
  return (existing: Doc, incoming: Doc): Doc => {
    if (Object.hasOwn(incoming, '_id') && !equalValues(existing._id, incoming._id))
      fail(
        66,
        '$merge failed to update the matching document, did you attempt to modify the _id or the shard key?',
        'ImmutableField',
      );
    return { _id: existing._id, ...change(existing, incoming) };
  };
}

function pipelineMode(stages: readonly Doc[], vars: unknown, { scope, env }: StageContext) {
  const given: Doc = isPlainObject(vars) ? vars : { new: '$$ROOT' };
  const parts = Object.keys(given).map((name) => ({
    name,
    evaluate: compileExpression(given[name], createScope(scope.env)),
  }));
  return (existing: Doc, incoming: Doc): Doc => {
    const frame = frameOf(incoming);
    const variables = Object.fromEntries(parts.map(({ name, evaluate }) => [name, evaluate(frame) ?? null]));
    return { _id: existing._id, ...runUpdatePipeline(existing, stages, { ...env.variables, ...variables }) };
  };
}
