/** Updates that give a whole new document: replacements and pipelines. The old _id stays. */
import { badValue, failedToParse, MongoError } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { isIdentical } from '../values/identical.ts';
import { equalValues } from '../values/order.ts';
import { hasOwn } from '../values/own.ts';
import { isPlainObject } from '../values/types.ts';
import { checkIdType, idAltered, idFirst } from './identity.ts';
import { type UpdateOptions, type UpdateResult } from './types.ts';

const PIPELINE_STAGES: ReadonlySet<string> = new Set([
  '$addFields',
  '$set',
  '$project',
  '$unset',
  '$replaceRoot',
  '$replaceWith',
]);

export function replaceDocument(doc: Doc, replacement: Doc): UpdateResult {
  for (const name of Object.keys(replacement)) {
    if (name.startsWith('$')) {
      throw new MongoError(
        52,
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
    }
  }
  return keepId(doc, replacement);
}

export function runPipeline(doc: Doc, stages: readonly Doc[], opts: UpdateOptions): UpdateResult {
  checkPipeline(stages, opts);
  if (opts.pipeline === undefined) throw badValue('Pipeline updates are not allowed in this context');
  return keepId(doc, opts.pipeline(doc, stages));
}

export function checkPipeline(stages: readonly Doc[], opts: UpdateOptions): void {
  if (opts.arrayFilters !== undefined && opts.arrayFilters.length > 0) {
    throw failedToParse('arrayFilters may not be specified for pipeline-syle updates');
  }
  for (const stage of stages) {
    const name = isPlainObject(stage) ? Object.keys(stage)[0] : undefined;
    if (name === undefined || Object.keys(stage).length !== 1) {
      throw new MongoError(
        40323,
        'Location40323',
        'A pipeline stage specification object must contain exactly one field.',
      );
    }
    if (!PIPELINE_STAGES.has(name)) {
      throw new MongoError(72, 'InvalidOptions', `${name} is not allowed to be used within an update`);
    }
  }
}

function keepId(doc: Doc, next: Doc): UpdateResult {
  if (!hasOwn(doc, '_id')) {
    if (hasOwn(next, '_id')) checkIdType(next._id);
    return { doc: idFirst(next), isModified: true };
  }
  if (next._id !== undefined && !equalValues(doc._id, next._id)) throw idAltered(next._id);
  const result: Doc = { ...next };
  delete result._id;
  const kept: Doc = { _id: doc._id, ...result };
  return isIdentical(doc, kept) ? { doc, isModified: false } : { doc: kept, isModified: true };
}
