/**
 * Which pipelines may be run: those that only read, and only collections of the app. Stages and operators that are not
 * known here are refused with their place, however deep they stand.
 */
import { checkCollection } from './collection.ts';
import { checkExpression } from './expression.ts';
import { refusal, type Place } from './fault.ts';
import { checkField } from './fields.ts';
import { checkFilter } from './filter.ts';
import {
  checkAccumulators,
  checkBucket,
  checkProject,
  checkSet,
  checkSort,
  checkUnset,
  checkUnwind,
} from './stages.ts';
import { isRecord } from './values.ts';

export type Stage = Readonly<Record<string, unknown>>;

type Check = (operand: unknown, place: Place, budget: Budget) => void;
interface Budget {
  readonly depthLeft: number;
  /** Stages in the whole pipeline, with those of its inner pipelines. */
  readonly stages: { left: number };
}

const MAX_STAGES = 40;
/** Pipelines within pipelines. */
const MAX_DEPTH = 4;
const MAX_ROWS = 10_000_000;
const MAX_SAMPLE = 1_000;

const STAGES: Readonly<Record<string, Check>> = {
  $match: (operand, place) => checkFilter(operand, place, undefined, checkExpression),
  $project: checkProject,
  $set: checkSet,
  $addFields: checkSet,
  $unset: checkUnset,
  $group: (operand, place) => {
    if (!isRecord(operand) || !Object.hasOwn(operand, '_id')) throw refusal(place, 'expected { _id: … } to group by');
    const { _id, ...fields } = operand;
    checkExpression(_id, [...place, '_id']);
    checkAccumulators(fields, place);
  },
  $sort: checkSort,
  $skip: (operand, place) => checkWhole(operand, place, 0, MAX_ROWS),
  $limit: (operand, place) => checkWhole(operand, place, 1, MAX_ROWS),
  $sample: (operand, place) => {
    const { size } = members(operand, place, ['size']);
    checkWhole(size, [...place, 'size'], 1, MAX_SAMPLE);
  },
  $unwind: checkUnwind,
  $count: (operand, place) => {
    if (typeof operand !== 'string' || operand.includes('.')) throw refusal(place, 'expected the name of a field');
    checkField(operand, place);
  },
  $sortByCount: (operand, place) => checkExpression(operand, place),
  $bucket: checkBucket,
  $replaceRoot: (operand, place) =>
    checkExpression(members(operand, place, ['newRoot']).newRoot, [...place, 'newRoot']),
  $facet: (operand, place, budget) => {
    if (!isRecord(operand)) throw refusal(place, 'expected names with a pipeline each');
    for (const [name, pipeline] of Object.entries(operand)) {
      checkField(name, [...place, name]);
      checkStages(pipeline, [...place, name], budget);
    }
  },
  $lookup: (operand, place, budget) => {
    const lookup = members(operand, place, ['from', 'as', 'localField', 'foreignField', 'let', 'pipeline']);
    checkCollection(lookup.from, [...place, 'from']);
    for (const name of ['as', 'localField', 'foreignField'] as const) {
      const field = lookup[name];
      if (field === undefined && name !== 'as') continue;
      if (typeof field !== 'string') throw refusal([...place, name], 'expected the name of a field');
      checkField(field, [...place, name]);
    }
    if ((lookup.localField === undefined) !== (lookup.foreignField === undefined)) {
      throw refusal(place, 'expected localField and foreignField together');
    }
    if (lookup.localField === undefined && lookup.pipeline === undefined) {
      throw refusal(place, 'expected localField and foreignField, or a pipeline');
    }
    if (lookup.let !== undefined) checkSet(lookup.let, [...place, 'let']);
    if (lookup.pipeline !== undefined) checkStages(lookup.pipeline, [...place, 'pipeline'], budget);
  },
  $unionWith: (operand, place, budget) => {
    if (!isRecord(operand)) {
      checkCollection(operand, place);
      return;
    }
    const { coll, pipeline } = members(operand, place, ['coll', 'pipeline']);
    checkCollection(coll, [...place, 'coll']);
    if (pipeline !== undefined) checkStages(pipeline, [...place, 'pipeline'], budget);
  },
};

/** Throws 422 with the place of the first part that is not allowed. */
export function checkPipeline(pipeline: unknown, place: Place): asserts pipeline is readonly Stage[] {
  checkStages(pipeline, place, { depthLeft: MAX_DEPTH, stages: { left: MAX_STAGES } });
}

function checkStages(pipeline: unknown, place: Place, { depthLeft, stages }: Budget): void {
  if (!Array.isArray(pipeline)) throw refusal(place, 'expected a pipeline: a list of stages');
  if (depthLeft <= 0) throw refusal(place, `pipelines nest at most ${MAX_DEPTH} levels deep`);
  stages.left -= pipeline.length;
  if (stages.left < 0) throw refusal(place, `at most ${MAX_STAGES} stages in all`);
  pipeline.forEach((stage: unknown, i) => {
    const [name, ...others] = isRecord(stage) ? Object.keys(stage) : [];
    if (!isRecord(stage) || name === undefined || others.length > 0) {
      throw refusal([...place, String(i)], 'expected one stage, such as { $match: { status: "paid" } }');
    }
    const here = [...place, String(i), name];
    const check = Object.hasOwn(STAGES, name) ? STAGES[name] : undefined;
    if (check === undefined) {
      throw refusal(here, `${name} is not a stage that can be used; these can: ${Object.keys(STAGES).join(' ')}`);
    }
    check(stage[name], here, { depthLeft: depthLeft - 1, stages });
  });
}

function members(operand: unknown, place: Place, names: readonly string[]): Stage {
  if (!isRecord(operand)) throw refusal(place, `expected an object of ${names.join(', ')}`);
  for (const name of Object.keys(operand)) {
    if (!names.includes(name)) throw refusal([...place, name], `expected only ${names.join(', ')} here`);
  }
  return operand;
}

function checkWhole(value: unknown, place: Place, min: number, max: number): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw refusal(place, `expected a whole number from ${min} to ${max}`);
  }
}
