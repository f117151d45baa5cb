/** What a stage is, and what the stages of one pipeline share: their turns, their memory, their variables. */
import { type Doc } from '../values/codec.ts';
import { type MatchOptions } from '../match/types.ts';
import { MongoError } from '../errors.ts';
import { isPlainObject } from '../values/types.ts';
import { type PipelineEnv } from './env.ts';
import { type Scope } from './expression/compile.ts';
import { fail, nameOfType } from './expression/values.ts';

/** Either a function of one document (undefined drops it), which can be fused with its neighbours, or of the whole stream. */
export type Stage =
  | { readonly kind: 'each'; readonly apply: (doc: Doc) => Doc | undefined }
  | { readonly kind: 'stream'; readonly run: (source: AsyncIterable<Doc>) => AsyncIterable<Doc> };

export interface StageContext {
  readonly env: PipelineEnv;
  readonly scope: Scope;
  readonly match: MatchOptions;
  readonly pace: Pace;
  readonly budget: Budget;
  /** Compiles a pipeline inside of this one, optionally with other variables in scope. */
  readonly compile: (
    stages: readonly Doc[],
    context: StageContext,
  ) => (source: AsyncIterable<Doc>) => AsyncIterable<Doc>;
  /** How deep pipelines are nested. */
  readonly depth: number;
  /** `$limit` (with any `$skip` before it) right after a `$sort`: no more documents than this are needed. */
  readonly limit?: number | undefined;
}

export type StageCompiler = (spec: unknown, context: StageContext, name: string) => Stage;
/** A stage that needs nothing but its expressions, and so may stand in an update. */
export type PlainStageCompiler = (spec: unknown, context: Pick<StageContext, 'scope'>, name: string) => Stage;

/** Time slices: `due` answers a promise to await when this pipeline has run long enough without a break. */
export interface Pace {
  readonly due: () => Promise<void> | undefined;
}

const SLICE_MS = 8;

export function createPace(breathe: () => Promise<void>): Pace {
  let since = performance.now();
  return {
    due() {
      if (performance.now() - since < SLICE_MS) return undefined;
      return breathe().then(() => {
        since = performance.now();
      });
    },
  };
}

/** The bytes the blocking stages of one pipeline hold together. */
export interface Budget {
  readonly limitBytes: number;
  usedBytes: number;
}

export const DEFAULT_MEMORY_LIMIT_BYTES = 100 * 1024 * 1024;

export const each = (apply: (doc: Doc) => Doc | undefined): Stage => ({ kind: 'each', apply });
export const stream = (run: (source: AsyncIterable<Doc>) => AsyncIterable<Doc>): Stage => ({ kind: 'stream', run });

export function canSpill(env: PipelineEnv): boolean {
  return env.spillDir !== undefined && env.allowDiskUse !== false;
}

export function refuseToSpill(name: string): never {
  const message =
    name === '$sort'
      ? 'Sort exceeded memory limit, but did not opt in to external sorting.'
      : `Exceeded memory limit for ${name}, but didn't allow external spilling; pass allowDiskUse:true to opt in`;
  throw new MongoError(292, 'QueryExceededMemoryLimitNoDiskUseAllowed', message);
}

/** The spec of a stage that must be an object. */
export function needObject(spec: unknown, code: number, message: string): Doc {
  return isPlainObject(spec) ? spec : fail(code, `${message}, got ${nameOfType(spec)}`);
}

/** Iterates documents that are at hand. */
export async function* iterate(docs: Iterable<Doc>, pace?: Pace): AsyncGenerator<Doc> {
  for (const doc of docs) {
    const rest = pace?.due();
    if (rest) await rest;
    yield doc;
  }
}
