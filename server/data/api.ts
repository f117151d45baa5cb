/**
 * What listeners reach as `api.data`: the documents of the run's own environment, and nothing else. The same operations
 * serve HTTP; whoever makes several changes that belong together asks for a transaction.
 */
import type mongoose from 'mongoose';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { refusal } from '../db/query/fault.ts';
import { isRecord } from '../db/query/values.ts';
import { createDocIdMaker } from './docId.ts';
import { createOperations, type DataOperations } from './operations.ts';
import type { Committed } from './committed.ts';
import type { SchemaOf } from './schemas.ts';
import type { DataEvents, DataScope } from './scope.ts';
import { createDataStore, type DataStore } from './store.ts';
import type { InTransaction } from './storeTransaction.ts';

export interface DataApiDeps {
  /** The connection handed out is the environment's own database. */
  readonly connectionFor: (environmentId: number) => mongoose.Connection;
  readonly events: DataEvents;
  /** What documents must look like, and who is told of what was committed. */
  readonly schemaOf?: SchemaOf;
  readonly tell?: (committed: Committed) => void;
  /** Whether other processes write the same data, and follow this one's changes. */
  readonly isShared?: boolean;
  readonly clock: Clock;
  readonly newDocId?: () => string;
}

/** `args` is `{ coll }` and the arguments of the call by their names in sdk.ts: id, doc, docs, query, filter … */
type DataMethod = (scope: DataScope, args: unknown) => Promise<unknown>;

export interface DataApi {
  readonly operations: DataOperations;
  /** Runs work in one transaction, from the beginning again where it met another one. See storeTransaction.ts. */
  readonly inTransaction: InTransaction;
  /** For who has checked the query already and put in what `@me` stands for: nothing in it stands for anything. */
  readonly findAsIs: DataStore['find'];
  /** The operations as calls by the name they travel under: `data.find`, `data.createDoc` … */
  readonly methods: Readonly<Record<`data.${string}`, DataMethod>>;
  /** Answers one call by its name. */
  readonly handle: (scope: DataScope, method: string, args: unknown) => Promise<unknown>;
}

export function createDataApi(deps: DataApiDeps): DataApi {
  const { clock, newDocId = createDocIdMaker(clock) } = deps;
  const store = createDataStore(deps);
  const operations = createOperations({ store, newDocId });

  const methods: Readonly<Record<string, DataMethod>> = Object.fromEntries(
    Object.entries(operations).map(([name, operation]: [string, DataOperations[keyof DataOperations]]) => [
      `data.${name}`,
      async (scope, args) => {
        if (!isRecord(args)) throw refusal([], 'expected the collection and the arguments of the call');
        return operation(scope, args.coll, args);
      },
    ]),
  );

  return {
    operations,
    inTransaction: store.inTransaction,
    findAsIs: store.find,
    methods,
    async handle(scope, method, args) {
      const call = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (call === undefined) throw new AppError('invalid_input', { detail: `api.${method} does not exist.` });
      return call(scope, args);
    },
  };
}
