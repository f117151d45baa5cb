/**
 * What a pipeline asks of the house around it: other collections to read, a place to write back to, a directory to
 * spill into, and a turn of the event loop now and then. Documents in and out are exact (`decodeExact`): a field that
 * merely passes through keeps its BSON type.
 */
import { type Collation } from '../values/collation.ts';
import { type Doc } from '../values/codec.ts';

export interface Namespace {
  readonly db: string;
  readonly coll: string;
}

/** What `splitPipeline` found at the front of a pipeline that is to be read from another collection. */
export interface ReadOptions {
  readonly sort?: Doc;
  readonly skip?: number;
  readonly limit?: number;
  /** The `$$names` that `$expr` inside the filter may use. */
  readonly variables?: Doc;
}

/** How `$out` and `$merge` write. Each call throws MongoDB's errors (11000, 121 …) as they are. */
export interface WriteBack {
  /** `$out`: the collection holds exactly these documents afterwards, or is unchanged when reading or writing fails. */
  readonly replaceCollection: (ns: Namespace, documents: AsyncIterable<Doc>) => Promise<void>;
  /**
   * `$merge`, one document: finds the first that fits the filter, hands it (or null) to `decide` and stores the answer
   * in its place (or inserts it); null leaves the collection as it is. Nothing may happen in between.
   */
  readonly change: (ns: Namespace, filter: Doc, decide: (existing: Doc | null) => Doc | null) => Promise<void>;
  /** Whether a unique, non-partial index covers exactly these fields, in any order (`_id` counts). */
  readonly hasUniqueIndex: (ns: Namespace, fields: readonly string[]) => boolean;
}

export interface PipelineEnv {
  readonly db: string;
  /** The collection the command names; absent for `aggregate: 1`. */
  readonly coll?: string;
  /** Reads another collection (none: no documents). `variables` of the options replace those of this env. */
  readonly read: (ns: Namespace, filter: Doc, options?: ReadOptions) => AsyncIterable<Doc>;
  readonly write?: WriteBack;
  /** `let` of the command: values, already evaluated (see `evaluateLet`). */
  readonly variables?: Doc;
  readonly collation?: Collation;
  /** What blocking stages may hold before they spill; 100 MB unless told. */
  readonly memoryLimitBytes?: number;
  /** Where spilled runs go; without it, or with `allowDiskUse: false`, exceeding the limit is an error. */
  readonly spillDir?: string;
  readonly allowDiskUse?: boolean;
  /** Gives other commands their turn; may throw when this one was killed or ran out of time. */
  readonly breathe: () => Promise<void>;
  /** `$collStats` and `$indexStats` of the command's collection. */
  readonly stats?: { readonly collection: () => Doc | Promise<Doc>; readonly indexes: () => Doc[] | Promise<Doc[]> };
  /** The session the command came by, for `$listLocalSessions`. */
  readonly session?: unknown;
  /** `$$NOW`, one value for the whole command. */
  readonly now?: Date;
}
