/** What the child's main thread and its threads say to each other, and what a job's head holds. */
import { type MessagePort } from 'node:worker_threads';
import { type RunTask } from '../task.ts';
import { type JsonObject } from '../../schemas/json.ts';
import { type RunError } from '../../schemas/run.ts';
import { type ViewContext } from '../../schemas/view.ts';

/** Where a listener or a view is found: the compiled module, and how to speak of it. */
export interface CodeSource {
  readonly noun: 'Listener' | 'View' | 'Manifest';
  readonly name: string;
  /** `listeners/order.ts` */
  readonly file: string;
  /** file: URL of the compiled module. */
  readonly module: string;
  readonly exported: string;
}

/** How sentences about it begin. */
export const titleOf = ({ noun, name, file }: CodeSource): string =>
  noun === 'Manifest' ? 'the manifest' : `${noun} '${name}' in ${file}`;

export type JobHead = RunHead | InspectHead;

export interface RunHead extends Omit<RunTask, 'event' | 'listener' | 'memoryMb'> {
  readonly job: 'run';
  readonly source: CodeSource;
  readonly eventKind: RunTask['event']['kind'];
  /** The folder that stacks are told relative to. */
  readonly root: string;
}

/** Import a file and tell what it exports: how listeners are found without foreign code in the server's process. */
export interface InspectHead {
  readonly job: 'inspect';
  readonly file: string;
  readonly module: string;
  readonly root: string;
  readonly timeoutMs: number;
}

export type ViewHead = RenderHead | ManifestHead;

/** Call a view once. The job's body is what `data` is to be, packed. */
export interface RenderHead {
  readonly job: 'render';
  readonly source: CodeSource;
  readonly root: string;
  readonly timeoutMs: number;
  readonly props: JsonObject;
  readonly context: ViewContext;
}

/** Give the default export as JSON, or what it returns where it is a function. */
export interface ManifestHead {
  readonly job: 'manifest';
  readonly source: CodeSource;
  readonly root: string;
  readonly timeoutMs: number;
}

/** How a failed job ended. */
export interface Failure {
  readonly error: RunError;
  readonly isRetriable: boolean;
}

export interface Job {
  readonly id: number;
  readonly head: string;
  readonly body: Uint8Array | null;
}

export type ToThread =
  | { readonly t: 'batch'; readonly first: number; readonly jobs: readonly Job[] }
  | {
      readonly t: 'reply';
      readonly id: number;
      readonly call: number;
      readonly failed: boolean;
      readonly text: string;
    };

export type FromThread =
  | { readonly t: 'ready' }
  | { readonly t: 'result'; readonly result: JobResult }
  /** The thread is not fit for another job: replace it. */
  | { readonly t: 'worn' }
  | { readonly t: 'log'; readonly id: number; readonly line: string }
  | { readonly t: 'call'; readonly id: number; readonly call: number; readonly text: string };

export interface JobResult {
  readonly id: number;
  readonly durationUs: number;
  /** JSON text of a Failure; empty when it succeeded. */
  readonly failure: string;
  /** JSON text of what was returned. */
  readonly result: string | null;
}

export interface ThreadData {
  readonly control: SharedArrayBuffer;
  /** A channel of its own, out of reach of an author who imports `parentPort`. */
  readonly port: MessagePort;
}

/** control[NEXT]: the ticket a thread may begin next; whoever swaps it first decides whether that job begins or is taken back. */
export const NEXT = 0;
export const WITHDRAWN = -1;
/** control[LOADING]: 1 while the thread imports what a view's job needs; that time has a bound of its own. */
export const LOADING = 1;

/** How a job that was cut off while it was LOADING is told from one that was called and took too long. */
export const SLOW_TO_LOAD = 'Loading it took too long';
