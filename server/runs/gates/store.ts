/** Gates in the database, and what they ask of the runs. The only file here that talks to it. */
import mongoose from 'mongoose';
import { createBatcher } from '../../db/batch.ts';
import { DuplicateKeyError, updateEach, type UpdateOp } from '../../db/commands.ts';
import type { RunDocument } from '../document.ts';
import { CHECK_AFTER_MS } from './decide.ts';
import type { GateDocument } from './document.ts';
import {
  expectOp,
  merged,
  nextTimes,
  promoteOp,
  since,
  type Expectation,
  type GateSave,
  type Promotion,
} from './updates.ts';

export const GATES_COLLECTION = 'gates';
const RUNS = 'runs';

/** What a gate wants to know of a run. */
const RUN_FIELDS = {
  status: 1,
  lane: 1,
  due_at: 1,
  attempt: 1,
  claimed_at: 1,
  environment_id: 1,
  priority: 1,
  gates: 1,
  'attempts.attempt': 1,
  'attempts.started_at': 1,
};

export type RunAtGate = Pick<
  RunDocument,
  '_id' | 'status' | 'lane' | 'due_at' | 'attempt' | 'claimed_at' | 'environment_id' | 'priority' | 'gates'
> & { readonly attempts?: readonly { readonly attempt: number; readonly started_at: Date }[] };

export interface GateStore {
  readonly ensureIndexes: () => Promise<void>;
  readonly expect: (expectation: Expectation) => Promise<void>;
  /** Makes the gate due. */
  readonly wake: (gate: string, now: Date) => Promise<void>;
  readonly read: (gate: string) => Promise<GateDocument | null>;
  /** Writes what a pass decided, if no other pass came in between. What was expected meanwhile stays so. */
  readonly swap: (gate: GateDocument, save: GateSave) => Promise<boolean>;
  /** Deletes the gate, if neither a pass nor a run came in between. */
  readonly remove: (gate: GateDocument, now: Date) => Promise<boolean>;
  /** Runs with a place of the gate, counted up to the limit. */
  readonly held: (gate: string, limit: number) => Promise<number>;
  /** The first that wait in the gate's lane, by due time. */
  readonly waiting: (lane: string, limit: number) => Promise<readonly RunAtGate[]>;
  readonly runs: (ids: readonly string[]) => Promise<readonly RunAtGate[]>;
  /** Answers how many still waited as noted. */
  readonly promote: (promotions: readonly Promotion[]) => Promise<number>;
  /** Gates that are due by the given time, the earliest first. */
  readonly due: (until: Date, limit: number) => Promise<readonly { readonly _id: string; readonly due_at: Date }[]>;
  /** Gates that are to be checked. */
  readonly toCheck: (now: Date, limit: number) => Promise<readonly string[]>;
  /** Makes gates due for a check that carry times from the future: the clock was set back since. */
  readonly wakeFuture: (now: Date) => Promise<void>;
}

export function createGateStore(connection: mongoose.Connection): GateStore {
  const gates = connection.collection<GateDocument>(GATES_COLLECTION);
  const runs = connection.collection<RunDocument>(RUNS);
  const newVersion = (): mongoose.mongo.ObjectId => new mongoose.mongo.ObjectId();

  const expectations = createBatcher<Expectation, undefined>({
    maxItems: 500,
    maxInFlight: 2,
    send: async (batch) => {
      const updates = merged(batch).map((one) => expectOp(one, newVersion()));
      try {
        await updateEach(connection, GATES_COLLECTION, updates);
      } catch (error) {
        // Two processes made the same gate at once. Now it is there.
        if (!(error instanceof DuplicateKeyError)) throw error;
        await updateEach(connection, GATES_COLLECTION, updates);
      }
      return batch.map(() => undefined);
    },
  });
  const wakes = createBatcher<UpdateOp, undefined>({
    maxItems: 500,
    maxInFlight: 1,
    send: async (ops) => {
      await updateEach(connection, GATES_COLLECTION, ops);
      return ops.map(() => undefined);
    },
  });

  return {
    ensureIndexes: async () => {
      await Promise.all([
        gates.createIndexes([
          { key: { due_at: 1 }, sparse: true, name: 'due' },
          { key: { check_at: 1 }, sparse: true, name: 'check' },
        ]),
        runs.createIndexes([{ key: { holds: 1 }, sparse: true, name: 'holds' }]),
      ]);
    },

    expect: (expectation) => expectations.add(expectation),

    wake: (gate, now) => wakes.add({ q: { _id: gate }, u: { $min: { due_at: now } } }),

    read: (gate) => gates.findOne({ _id: gate }),

    swap: async ({ _id, version }, save) => {
      const { matchedCount } = await gates.updateOne({ _id, version }, [
        {
          $set: {
            version: newVersion(),
            promoting: { $literal: save.promoting },
            starts: { $literal: save.starts },
            ...nextTimes(save),
          },
        },
      ]);
      return matchedCount === 1;
    },

    remove: async ({ _id, version }, now) => {
      const { deletedCount } = await gates.deleteOne({ _id, version, expected_at: { $not: { $gt: since(now) } } });
      return deletedCount === 1;
    },

    held: (gate, limit) => runs.countDocuments({ holds: gate }, { limit, hint: 'holds' }),

    waiting: (lane, limit) =>
      runs.find({ lane }, { projection: RUN_FIELDS }).sort({ due_at: 1 }).limit(limit).toArray(),

    runs: async (ids) =>
      ids.length === 0 ? [] : runs.find({ _id: { $in: [...ids] } }, { projection: RUN_FIELDS }).toArray(),

    promote: (all) => updateEach(connection, RUNS, all.map(promoteOp)),

    due: async (until, limit) =>
      (await gates
        .find({ due_at: { $lte: until } }, { projection: { due_at: 1 } })
        .sort({ due_at: 1 })
        .limit(limit)
        .toArray()) as { _id: string; due_at: Date }[],

    toCheck: async (now, limit) =>
      (
        await gates
          .find({ check_at: { $lte: now } }, { projection: { _id: 1 } })
          .sort({ check_at: 1 })
          .limit(limit)
          .toArray()
      ).map(({ _id }) => _id),

    wakeFuture: async (now) => {
      const far = new Date(now.getTime() + 2 * CHECK_AFTER_MS);
      const next = now.getTime() + 1_000;
      await gates.updateMany(
        { $or: [{ check_at: { $gt: far } }, { 'starts.at': { $gt: next } }, { 'promoting.at': { $gt: next } }] },
        { $set: { check_at: now } },
      );
    },
  };
}
