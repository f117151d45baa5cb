/** explain: which way a command would take, and what that costs when it is run. */
import { evaluateLet } from '../aggregate/options.ts';
import { splitPipeline } from '../aggregate/split.ts';
import { MongoError } from '../errors.ts';
import { type IdPlan, type IndexPlan, type Plan } from '../plan/plan.ts';
import { createQuery } from '../plan/query.ts';
import { type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { arrayArgument, docArgument, countArgument, numberArgument } from './arguments.ts';
import { type Command, type CommandContext } from './context.ts';
import { planQuery, type QuerySpec } from './open-query.ts';

export const explain: Command = (context) => {
  const inner = docArgument(context.command, 'explain');
  if (inner === undefined) throw new MongoError(9, 'FailedToParse', 'explain needs a command');
  const verbosity = context.command.verbosity ?? 'allPlansExecution';
  const [name = '', target] = Object.entries(inner)[0] ?? [];
  const collection = String(target);
  if (name === 'aggregate')
    return explainAggregate(
      { ...context, command: inner },
      collection,
      (arrayArgument(inner, 'pipeline') ?? []).filter(isPlainObject),
      verbosity,
    );
  return explainQuery(context, collection, specOf(name, inner), { verbosity, command: inner });
};

function specOf(name: string, inner: Doc): QuerySpec {
  const first = (key: string): Doc => (arrayArgument(inner, key) ?? []).find(isPlainObject) ?? {};
  switch (name) {
    case 'find':
      return {
        filter: docArgument(inner, 'filter') ?? {},
        sort: docArgument(inner, 'sort'),
        skip: countArgument(inner, 'skip'),
        limit: Math.abs(numberArgument(inner, 'limit') ?? 0),
        hint: inner.hint,
        command: inner,
        variables: evaluateLet(inner.let),
      };
    case 'count':
    case 'distinct':
    case 'findAndModify':
    case 'findandmodify':
      return {
        filter: docArgument(inner, 'query') ?? {},
        sort: docArgument(inner, 'sort'),
        hint: inner.hint,
        command: inner,
      };
    case 'update':
    case 'delete': {
      const statement = first(name === 'update' ? 'updates' : 'deletes');
      return { filter: docArgument(statement, 'q') ?? {}, hint: statement.hint, command: statement };
    }
    default:
      throw new MongoError(59, 'CommandNotFound', `Explain failed due to unknown command: ${name}`);
  }
}

interface ExplainOptions {
  readonly verbosity: unknown;
  readonly command: Doc;
}

async function explainQuery(
  { engine, db, work }: CommandContext,
  name: string,
  spec: QuerySpec,
  { verbosity, command }: ExplainOptions,
): Promise<Doc> {
  const collection = engine.catalog.find(db, name);
  const planned = collection === undefined ? undefined : planQuery(engine, collection, spec);
  const winningPlan = planned === undefined ? { stage: 'EOF' } : describe(planned.plan, spec);
  const answer: Doc = {
    explainVersion: '1',
    queryPlanner: {
      namespace: `${db}.${name}`,
      parsedQuery: spec.filter,
      indexFilterSet: false,
      winningPlan,
      rejectedPlans: [],
    },
  };
  if (verbosity !== 'queryPlanner' && collection !== undefined && planned !== undefined) {
    const startedAt = performance.now();
    const query = createQuery({ ...spec, ...planned, file: engine.file, collection, work });
    while ((await query.next(128)).length > 0);
    const usesKeys = planned.plan.kind !== 'collection';
    answer.executionStats = {
      executionSuccess: true,
      nReturned: query.stats.returned,
      executionTimeMillis: Math.round(performance.now() - startedAt),
      totalKeysExamined: usesKeys ? query.stats.docsExamined : 0,
      totalDocsExamined: query.stats.docsExamined,
      executionStages: { ...winningPlan, nReturned: query.stats.returned },
    };
  }
  return { ...answer, command, serverInfo: { host: 'localhost', version: '8.0.0' }, ok: 1 };
}

export async function explainAggregate(
  context: CommandContext,
  name: string,
  stages: readonly Doc[],
  verbosity: unknown = 'queryPlanner',
): Promise<Doc> {
  const variables = evaluateLet(context.command.let);
  const split = splitPipeline(stages, variables);
  const spec: QuerySpec = { ...split, hint: context.command.hint, command: context.command, variables };
  const answer = await explainQuery(context, name, spec, { verbosity, command: context.command });
  if (split.rest.length === 0) return answer;
  const { queryPlanner, executionStats, command, ok } = answer;
  return {
    explainVersion: '1',
    stages: [{ $cursor: { queryPlanner, ...(executionStats === undefined ? {} : { executionStats }) } }, ...split.rest],
    queryPlanner,
    command,
    ok,
  };
}

function describe(plan: Plan, spec: QuerySpec): Doc {
  const access = describeAccess(plan, spec);
  const hasSort = spec.sort !== undefined && Object.keys(spec.sort).length > 0;
  const sorted = plan.isSorted || !hasSort ? access : { stage: 'SORT', sortPattern: spec.sort, inputStage: access };
  return spec.limit === undefined || spec.limit === 0
    ? sorted
    : { stage: 'LIMIT', limitAmount: spec.limit, inputStage: sorted };
}

function describeAccess(plan: Plan, { filter }: QuerySpec): Doc {
  switch (plan.kind) {
    case 'collection':
      return { stage: 'COLLSCAN', filter, direction: plan.isReversed ? 'backward' : 'forward' };
    case 'union':
      return { stage: 'FETCH', filter, inputStage: { stage: 'OR', inputStages: plan.branches.map(scanStage) } };
    case 'id':
      if (plan.arePoints && plan.intervals.length === 1 && plan.isExact)
        return { stage: 'IDHACK', keyPattern: { _id: 1 }, indexName: '_id_' };
      return { stage: 'FETCH', filter, inputStage: scanStage(plan) };
    case 'index':
      return {
        stage: 'FETCH',
        filter,
        inputStage:
          plan.mergeFrom === undefined
            ? scanStage(plan)
            : {
                stage: 'SORT_MERGE',
                sortPattern: {},
                inputStages: plan.intervals.map((interval) => scanStage({ ...plan, intervals: [interval] })),
              },
      };
  }
}

function scanStage(plan: IdPlan | IndexPlan): Doc {
  const direction = plan.isReversed ? 'backward' : 'forward';
  if (plan.kind === 'id')
    return {
      stage: 'IXSCAN',
      keyPattern: { _id: 1 },
      indexName: '_id_',
      isMultiKey: false,
      isUnique: true,
      direction,
      stretches: plan.intervals.length,
    };
  const { index } = plan;
  return {
    stage: 'IXSCAN',
    keyPattern: index.spec.key,
    indexName: index.name,
    isMultiKey: index.multikey !== 0,
    isUnique: index.isUnique,
    isSparse: index.isSparse,
    isPartial: index.partial !== undefined,
    direction,
    stretches: plan.intervals.length,
  };
}
