/**
 * A pipeline: stages compiled one by one, neighbours that look at one document at a time fused into a single loop, and
 * documents streamed through. Only stages that must see everything ($sort, $group, $facet …) hold documents back.
 */
import { type Doc } from '../values/codec.ts';
import { type PipelineEnv } from './env.ts';
import { createScope } from './expression/compile.ts';
import { createExpressionEnv } from './expression/environment.ts';
import { fail } from './expression/values.ts';
import { matchOptionsOver } from './options.ts';
import { createPace, DEFAULT_MEMORY_LIMIT_BYTES, type Pace, type Stage, type StageContext } from './stage.ts';
import { stageCompilers } from './stages/registry.ts';
import { limitOf, skipOf } from './stages/limits.ts';
import { checkOrder, checkStages } from './validate.ts';

type Run = (source: AsyncIterable<Doc>) => AsyncIterable<Doc>;

/**
 * Checks and compiles the stages at once (throws MongoDB's errors), then streams documents through them. Whoever stops
 * reading early must call `return()` on the iterator (as leaving a for-await loop does): that removes spilled files.
 */
export function runPipeline(stages: readonly Doc[], source: AsyncIterable<Doc>, env: PipelineEnv): AsyncIterable<Doc> {
  checkOrder(checkStages(stages));
  const expressionEnv = createExpressionEnv({ variables: env.variables, now: env.now, collation: env.collation });
  const pace = createPace(env.breathe);
  const context: StageContext = {
    env,
    scope: createScope(expressionEnv),
    match: matchOptionsOver(expressionEnv),
    pace,
    budget: { limitBytes: env.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT_BYTES, usedBytes: 0 },
    compile: compileStages,
    depth: 0,
  };
  return compileStages(stages, context)(paced(source, pace));
}

function compileStages(stages: readonly Doc[], context: StageContext): Run {
  const compiled = checkStages(stages).map((stage, i) =>
    compileStage(stage, { ...context, limit: limitAfter(stages, i) }),
  );
  const runs: Run[] = [];
  let fused: ((doc: Doc) => Doc | undefined)[] = [];
  const flush = (): void => {
    if (fused.length > 0) runs.push(fuse(fused, context.pace));
    fused = [];
  };
  for (const stage of compiled) {
    if (stage.kind === 'each') fused.push(stage.apply);
    else {
      flush();
      runs.push(stage.run);
    }
  }
  flush();
  return (source) => runs.reduce((docs, run) => run(docs), source);
}

function compileStage(stage: Doc, context: StageContext): Stage {
  const [name = ''] = Object.keys(stage);
  const compile = Object.hasOwn(stageCompilers, name) ? stageCompilers[name] : undefined;
  if (!compile) fail(40324, `Unrecognized pipeline stage name: '${name}'`);
  return compile(stage[name], context, name);
}

/** How many documents of a `$sort` the stages right after it let through. */
function limitAfter(stages: readonly Doc[], at: number): number | undefined {
  if (!Object.hasOwn(stages[at] ?? {}, '$sort')) return undefined;
  let skipped = 0;
  for (const next of stages.slice(at + 1)) {
    if (Object.hasOwn(next, '$limit')) return skipped + limitOf(next.$limit);
    if (!Object.hasOwn(next, '$skip')) return undefined;
    skipped += skipOf(next.$skip);
  }
  return undefined;
}

function fuse(steps: readonly ((doc: Doc) => Doc | undefined)[], pace: Pace): Run {
  return async function* (source) {
    for await (const doc of source) {
      let made: Doc | undefined = doc;
      for (const step of steps) {
        made = step(made);
        if (made === undefined) break;
      }
      if (made !== undefined) yield made;
      const rest = pace.due();
      if (rest) await rest;
    }
  };
}

async function* paced(source: AsyncIterable<Doc>, pace: Pace): AsyncGenerator<Doc> {
  for await (const doc of source) {
    const rest = pace.due();
    if (rest) await rest;
    yield doc;
  }
}
