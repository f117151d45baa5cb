/** Reading another collection through a pipeline: `$lookup`, `$unionWith`. */
import { type Doc } from '../../values/codec.ts';
import { matchOptionsOver } from '../options.ts';
import { splitPipeline } from '../split.ts';
import { createScope } from '../expression/compile.ts';
import { fail } from '../expression/values.ts';
import { iterate, type StageContext } from '../stage.ts';

const MAX_DEPTH = 20;

/** A reader that can be asked again and again; `variables` are those of the outer document, `filter` is and-ed in front. */
export function readSubPipeline(
  coll: string | undefined,
  stages: readonly Doc[],
  context: StageContext,
  name: string,
  variableNames: readonly string[] = [],
): (variables: Doc, filter?: Doc) => AsyncIterable<Doc> {
  const { env } = context;
  if (context.depth >= MAX_DEPTH)
    fail(5107200, 'Maximum number of nested sub-pipelines exceeded', 'MaxSubPipelineDepthExceeded');
  for (const stage of stages) {
    const [stageName] = Object.keys(stage);
    if (stageName === '$out' || stageName === '$merge')
      fail(51047, `${stageName} is not allowed within a ${name} sub-pipeline`);
  }
  const outer = env.variables ?? {};
  const names = Object.fromEntries(variableNames.map((each) => [each, null]));
  const holder = { current: { ...outer, ...names } };
  const expressionEnv = { ...context.scope.env, variables: holder };
  const inner: StageContext = {
    ...context,
    scope: createScope(expressionEnv),
    match: matchOptionsOver(expressionEnv),
    depth: context.depth + 1,
    limit: undefined,
  };
  // Compiled once for its errors; a filter that depends on variables is split anew for each outer document.
  const { rest } = splitPipeline(stages);
  const run = context.compile(rest, inner);
  const readsNothing = coll === undefined;
  return (variables, filter) => {
    holder.current = { ...outer, ...variables };
    const snapshot = holder.current;
    if (readsNothing) return run(iterate([]));
    const split = splitPipeline(stages, snapshot);
    const both =
      filter === undefined
        ? split.filter
        : Object.keys(split.filter).length === 0
          ? filter
          : { $and: [filter, split.filter] };
    const { sort, skip, limit } = split;
    return run(
      env.read({ db: env.db, coll }, both, {
        variables: snapshot,
        ...(sort === undefined ? {} : { sort }),
        ...(skip === undefined ? {} : { skip }),
        ...(limit === undefined ? {} : { limit }),
      }),
    );
  };
}
