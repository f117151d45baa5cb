/**
 * `$group`: one state for each key, in memory while they fit. Beyond the limit all states are written to disk sorted by key
 * and started anew; in the end the runs are merged, states of one key in the order they were written.
 */
import { Binary } from 'bson';
import { type Doc } from '../../values/codec.ts';
import { type Accumulator } from '../accumulate/accumulator.ts';
import { compileAccumulator, type CompiledAccumulator } from '../accumulate/compile.ts';
import { sizeOf } from '../accumulate/size.ts';
import { compileExpression, type Evaluate, frameOf } from '../expression/compile.ts';
import { weighed } from '../expression/weight.ts';
import { fail, setField } from '../expression/values.ts';
import { createSpillFile, mergeSorted, type Run, type SpillFile } from '../spill/file.ts';
import {
  canSpill,
  refuseToSpill,
  type Stage,
  type StageCompiler,
  type StageContext,
  stream,
  needObject,
} from '../stage.ts';
import { valueKey } from '../valuekey.ts';

interface Group {
  readonly id: unknown;
  readonly states: readonly Accumulator[];
}

export interface GroupPlan {
  readonly id: Evaluate;
  readonly fields: readonly { readonly name: string; readonly accumulator: CompiledAccumulator }[];
}

const GROUP_BYTES = 200;
const STATE_BYTES = 160;

export const group: StageCompiler = (spec, context) => {
  const { id, ...rest } = splitSpec(needObject(spec, 15947, "a group's fields must be specified in an object"));
  const { scope } = context;
  const fields = Object.keys(rest.fields).map((name) => ({
    name,
    accumulator: compileAccumulator(name, rest.fields[name], scope),
  }));
  return groupBy({ id: compileExpression(id, scope), fields }, context, '$group');
};

function splitSpec(spec: Doc): { readonly id: unknown; readonly fields: Doc } {
  const { _id: id, ...fields } = spec;
  if (!Object.hasOwn(spec, '_id')) fail(15955, 'a group specification must include an _id');
  Reflect.deleteProperty(fields, '$willBeMerged');
  return { id, fields };
}

export function groupBy(plan: GroupPlan, context: StageContext, name: string): Stage {
  return stream((source) => runGroup(source, plan, context, name));
}

async function* runGroup(
  source: AsyncIterable<Doc>,
  plan: GroupPlan,
  context: StageContext,
  name: string,
): AsyncGenerator<Doc> {
  const { env, pace, budget } = context;
  let groups = new Map<string, Group>();
  let heldBytes = 0;
  let file: SpillFile | undefined;
  const runs: Run[] = [];
  const hold = (bytes: number): void => {
    heldBytes += bytes;
    budget.usedBytes += bytes;
  };
  const release = (): void => {
    budget.usedBytes -= heldBytes;
    heldBytes = 0;
    groups = new Map();
  };

  function take(doc: Doc): void {
    const frame = frameOf(doc);
    const id = plan.id(frame);
    const key = valueKey(id ?? null, env.collation);
    let found = groups.get(key);
    if (!found) {
      found = { id: id ?? null, states: plan.fields.map(({ accumulator }) => accumulator.create()) };
      groups.set(key, found);
      hold(GROUP_BYTES + key.length + sizeOf(id) + STATE_BYTES * plan.fields.length);
    }
    let grown = 0;
    for (let i = 0; i < plan.fields.length; i++)
      grown += found.states[i]!.add(plan.fields[i]!.accumulator.value(frame));
    if (grown !== 0) hold(grown);
  }
  async function spill(): Promise<void> {
    if (!canSpill(env)) refuseToSpill(name);
    file ??= createSpillFile(env.spillDir ?? '', pace);
    const entries = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
    runs.push(await file.write(savedGroups(entries)));
    release();
  }

  try {
    for await (const doc of source) {
      take(doc);
      if (budget.usedBytes > budget.limitBytes && heldBytes > budget.limitBytes / 10) await spill();
      const rest = pace.due();
      if (rest) await rest;
    }
    if (runs.length > 0 && groups.size > 0) await spill();
    const finished = file
      ? mergedGroups(
          runs.map((run) => file!.read(run)),
          plan,
          context,
        )
      : groups.values();
    for await (const { id, states } of finished) {
      const rest = pace.due();
      if (rest) await rest;
      const made: Doc = { _id: id };
      plan.fields.forEach((field, i) => setField(made, field.name, states[i]!.answer()));
      yield weighed(made);
    }
  } finally {
    release();
    await file?.close();
  }
}

function* savedGroups(entries: readonly [string, Group][]): Generator<Doc> {
  for (const [key, { id, states }] of entries)
    yield { key: new Binary(Buffer.from(key, 'utf16le')), id, states: states.map((state) => state.save()) };
}

async function* mergedGroups(
  runs: readonly AsyncGenerator<Doc>[],
  plan: GroupPlan,
  { budget }: StageContext,
): AsyncGenerator<Group> {
  const keyed = runs.map(async function* (run) {
    for await (const { key, id, states } of run)
      yield { key: Buffer.from((key as Binary).value()).toString('utf16le'), id, states: states as Doc[] };
  });
  let key: string | undefined;
  let current: Group | undefined;
  let bytes = 0;
  for await (const saved of mergeSorted(keyed, (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
    if (saved.key !== key || !current) {
      if (current) yield current;
      key = saved.key;
      bytes = 0;
      current = { id: saved.id, states: plan.fields.map(({ accumulator }) => accumulator.create()) };
    }
    bytes += sizeOf(saved.states);
    if (bytes > Math.max(budget.limitBytes, MIN_GROUP_BYTES))
      fail(146, 'one group of $group used too much memory and cannot spill to disk', 'ExceededMemoryLimit');
    current.states.forEach((state, i) => state.merge(saved.states[i] ?? {}));
  }
  if (current) yield current;
}

/** One group may always be as large as a document can be. */
const MIN_GROUP_BYTES = 64 * 1024 * 1024;
