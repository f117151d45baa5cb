/** Pipelines as they are run: with the user in them, without revisions in what they see, and with an end. */
import { standInMe } from '../db/query/me.ts';
import { checkPipeline, type Stage } from '../db/query/pipeline.ts';
import type { Place } from '../db/query/fault.ts';
import { MAX_FIND_ROWS } from './findArgs.ts';
import { REVISION } from './revision.ts';

const HIDE: Stage = { $unset: REVISION };
/** Give on whole documents as they are, and can use an index where they are the first. */
const PASSING = new Set(['$match', '$sort', '$skip', '$limit', '$sample']);
/** Give on only what they name. */
const NAMING = new Set(['$group', '$count', '$sortByCount', '$bucket']);

export function parseAggregate(pipeline: unknown, userId: string | null | undefined): readonly Stage[] {
  const place = ['pipeline'];
  checkPipeline(pipeline, place);
  return [...hidingRevisions(withUser(pipeline, userId ?? null, place)), { $limit: MAX_FIND_ROWS }];
}

function withUser(pipeline: readonly Stage[], me: string | null, place: Place): readonly Stage[] {
  return pipeline.map((stage, i) => {
    const here = [...place, String(i)];
    if (stage.$match !== undefined) return { $match: standInMe(stage.$match as object, me, [...here, '$match']) };
    return mapInner(stage, (inner, path) => withUser(inner, me, [...here, ...path]));
  });
}

/** Takes `_rev` off the documents of each collection before anything could show it. */
function hidingRevisions(pipeline: readonly Stage[], sees: 'stored' | 'shown' = 'stored'): readonly Stage[] {
  const stages = pipeline.map((stage) => {
    const [name] = Object.keys(stage);
    const inner = mapInner(stage, (part) => hidingRevisions(part, name === '$facet' ? 'shown' : 'stored'));
    return withInnerHiding(inner);
  });
  if (sees === 'shown') return stages;
  const first = stages.findIndex((stage) => !Object.keys(stage).some((name) => PASSING.has(name)));
  const at = first === -1 ? stages.length : first;
  const next = stages[at];
  if (next !== undefined && showsNothingMore(next)) return stages;
  return [...stages.slice(0, at), HIDE, ...stages.slice(at)];
}

function showsNothingMore(stage: Stage): boolean {
  return Object.keys(stage).some((name) => NAMING.has(name)) && !/\$\$(ROOT|CURRENT)/.test(JSON.stringify(stage));
}

/** A collection that is joined as it is gets a pipeline, so that it can be joined without revisions. */
function withInnerHiding(stage: Stage): Stage {
  const { $lookup, $unionWith } = stage as { readonly $lookup?: Stage; readonly $unionWith?: Stage | string };
  if ($lookup !== undefined && $lookup.pipeline === undefined) return { $lookup: { ...$lookup, pipeline: [HIDE] } };
  if (typeof $unionWith === 'string') return { $unionWith: { coll: $unionWith, pipeline: [HIDE] } };
  if ($unionWith !== undefined && $unionWith.pipeline === undefined) {
    return { $unionWith: { ...$unionWith, pipeline: [HIDE] } };
  }
  return stage;
}

function mapInner(stage: Stage, change: (pipeline: readonly Stage[], path: Place) => readonly Stage[]): Stage {
  const entries = Object.entries(stage).map(([name, operand]): readonly [string, unknown] => {
    if (name === '$facet') {
      const parts = Object.entries(operand as Readonly<Record<string, readonly Stage[]>>);
      return [name, Object.fromEntries(parts.map(([part, inner]) => [part, change(inner, [name, part])]))];
    }
    if (name !== '$lookup' && name !== '$unionWith') return [name, operand];
    const { pipeline } = operand as { readonly pipeline?: readonly Stage[] };
    if (pipeline === undefined) return [name, operand];
    return [name, { ...(operand as object), pipeline: change(pipeline, [name, 'pipeline']) }];
  });
  return Object.fromEntries(entries);
}
