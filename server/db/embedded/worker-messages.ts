/** What the engine's thread and the thread that started it say to each other. */
import { type Engine } from './commands/context.ts';
import { type FaultCode } from './store/faults.ts';

export interface WorkerSettings {
  readonly dataDir: string;
  readonly listenAt: { readonly path: string } | { readonly port: number };
  /** undefined: nobody has to log in (conformance runs only). */
  readonly login: { readonly name: string; readonly password: string } | undefined;
  readonly topology: Engine['topology'];
  readonly ttlSweepMs: number;
  readonly transactionIdleMs: number;
  readonly halfMessageMs: number;
}

export interface ToWorker {
  readonly kind: 'stop';
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly port: number | undefined }
  | { readonly kind: 'fault'; readonly code: FaultCode; readonly message: string; readonly stack: string | undefined }
  | { readonly kind: 'error'; readonly where: string; readonly message: string; readonly stack: string | undefined }
  | { readonly kind: 'stopped' };
