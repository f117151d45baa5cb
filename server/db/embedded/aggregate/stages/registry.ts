/** Every stage by its name. */
import { iterate, type StageCompiler, stream } from '../stage.ts';
import { fail } from '../expression/values.ts';
import { bucket, bucketAuto } from './bucket.ts';
import { facet } from './facet.ts';
import { group } from './group.ts';
import { graphLookup } from './graphlookup.ts';
import { lookup } from './lookup.ts';
import { addFields, project, unset } from './project.ts';
import { replaceRoot, replaceWith } from './replaceroot.ts';
import { count, documents, limit, match, redact, sample, skip, sortByCount, unionWith } from './simple.ts';
import { sort } from './sort.ts';
import { unwind } from './unwind.ts';
import { merge, out } from './write.ts';
import { densify } from '../window/densify.ts';
import { fill, setWindowFields } from '../window/setwindowfields.ts';

const collStats: StageCompiler = (_spec, { env }) =>
  stream(async function* () {
    const stats = env.stats ?? fail(40602, '$collStats is only valid on a collection');
    yield await stats.collection();
  });

const indexStats: StageCompiler = (_spec, { env }) =>
  stream(async function* () {
    const stats = env.stats ?? fail(40602, '$indexStats is only valid on a collection');
    yield* await stats.indexes();
  });

/** The one session that surely exists: the one that asks. */
const listLocalSessions: StageCompiler = (_spec, { env, scope }) =>
  stream(() => iterate(env.session === undefined ? [] : [{ _id: env.session, lastUse: scope.env.now }]));

const changeStream: StageCompiler = () => fail(40573, 'The $changeStream stage is only supported on replica sets');
const noGeo: StageCompiler = () =>
  fail(27, 'unable to find index for $geoNear query: this engine has no geospatial indexes', 'IndexNotFound');

export const stageCompilers: Readonly<Record<string, StageCompiler>> = {
  $addFields: addFields,
  $bucket: bucket,
  $bucketAuto: bucketAuto,
  $changeStream: changeStream,
  $collStats: collStats,
  $count: count,
  $densify: densify,
  $documents: documents,
  $facet: facet,
  $fill: fill,
  $geoNear: noGeo,
  $graphLookup: graphLookup,
  $group: group,
  $indexStats: indexStats,
  $limit: limit,
  $listLocalSessions: listLocalSessions,
  $lookup: lookup,
  $match: match,
  $merge: merge,
  $out: out,
  $project: project,
  $redact: redact,
  $replaceRoot: replaceRoot,
  $replaceWith: replaceWith,
  $sample: sample,
  $set: addFields,
  $setWindowFields: setWindowFields,
  $skip: skip,
  $sort: sort,
  $sortByCount: sortByCount,
  $unionWith: unionWith,
  $unset: unset,
  $unwind: unwind,
};
