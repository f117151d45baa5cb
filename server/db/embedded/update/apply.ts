/**
 * Applies an update to one document read with decodeExact. The input is never touched: the result shares what did not change.
 * Three kinds of updates: modifiers ({ $set: … }), a replacement document, a pipeline (an array of stages).
 */
import { badValue, failedToParse, MongoError } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { isIdentical } from '../values/identical.ts';
import { hasOwn } from '../values/own.ts';
import { isPlainObject } from '../values/types.ts';
import { createPathSet } from './conflicts.ts';
import { createDraft } from './draft.ts';
import { checkIdType, idFirst } from './identity.ts';
import { parseModifiers, type Plan, type Step } from './parse.ts';
import { renameField } from './rename.ts';
import { checkPipeline, replaceDocument, runPipeline } from './replace.ts';
import { type UpdateOptions, type UpdateResult } from './types.ts';

export type { UpdateOptions, UpdateResult } from './types.ts';

/** For an upsert `doc` is what seedFromFilter gives and isInsert is true; a replacement then keeps only its _id. */
export function applyUpdate(doc: Doc, update: Doc | readonly Doc[], opts: UpdateOptions): UpdateResult {
  if (isPipeline(update)) return runPipeline(doc, update, opts);
  if (!isPlainObject(update)) throw failedToParse('An update must be a document or an array of pipeline stages');
  if (isReplacement(update)) return replaceDocument(doc, update);
  return applyPlan(doc, planOf(update, opts), opts);
}

/** Refuses a malformed update without a document to apply it to; what depends on the document is not looked at. */
export function checkUpdate(update: Doc | readonly Doc[], opts: UpdateOptions): void {
  if (isPipeline(update)) checkPipeline(update, opts);
  else if (isReplacement(update)) replaceDocument({}, update);
  else planOf(update, opts);
}

/** True for a document whose first key is no operator; {} replaces too. */
export function isReplacement(update: Doc | readonly Doc[]): boolean {
  if (isPipeline(update)) return false;
  const [first] = Object.keys(update);
  return !first?.startsWith('$');
}

function isPipeline(update: Doc | readonly Doc[]): update is readonly Doc[] {
  return Array.isArray(update);
}

interface KnownPlan {
  readonly arrayFilters: UpdateOptions['arrayFilters'];
  readonly match: UpdateOptions['match'];
  readonly plan: Plan;
}
/** updateMany applies one update to many documents; it is read once. */
const plans = new WeakMap<Doc, KnownPlan>();

function planOf(update: Doc, { arrayFilters, match }: UpdateOptions): Plan {
  const known = plans.get(update);
  if (known?.arrayFilters === arrayFilters && known?.match === match) return known.plan;
  const plan = parseModifiers(update, arrayFilters ?? [], match);
  plans.set(update, { arrayFilters, match, plan });
  return plan;
}

function applyPlan(doc: Doc, plan: Plan, opts: UpdateOptions): UpdateResult {
  const taken = plan.isDynamic ? createPathSet() : undefined;
  const draft = createDraft(doc, {
    filters: plan.filters,
    place: { now: opts.now, id: doc._id },
    onChange: taken === undefined ? undefined : (parts) => taken.take(parts),
  });
  for (const step of plan.steps) {
    if (step.kind === 'rename') {
      renameField(draft, step.from, step.parts);
    } else if (!step.isOnlyOnInsert || opts.isInsert) {
      draft.change(positioned(step, opts.arrayIndex), step.change);
    }
  }
  return finish(doc, draft.root(), plan);
}

/** The positional operator stands for the index of the element that the filter found. */
function positioned(step: Step, arrayIndex: number | undefined): readonly string[] {
  const at = step.parts.indexOf('$');
  if (at < 0) return step.parts;
  if (arrayIndex === undefined) {
    throw badValue('The positional operator did not find the match needed from the query.');
  }
  return step.parts.with(at, String(arrayIndex));
}

function finish(before: Doc, after: Doc, plan: Plan): UpdateResult {
  if (after === before) return { doc: before, isModified: false };
  if (hasOwn(before, '_id')) {
    if (after._id !== before._id && !isIdentical(before._id, after._id)) throw idTouched(plan);
    return { doc: after, isModified: true };
  }
  if (hasOwn(after, '_id')) checkIdType(after._id);
  return { doc: idFirst(after), isModified: true };
}

function idTouched(plan: Plan): MongoError {
  const step = plan.steps.find(({ parts }) => parts[0] === '_id');
  return new MongoError(
    66,
    'ImmutableField',
    `Performing an update on the path '${step?.path ?? '_id'}' would modify the immutable field '_id'`,
  );
}
