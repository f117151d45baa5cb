/**
 * What a listener may ask of the platform while it runs. The environment and the user come from the run, never from
 * the message; arguments are unknown until the part that owns the method has checked them.
 */
import { AppError } from '../lib/errors.ts';
import type { RunDocument } from './document.ts';
import type { RunHost } from './execute.ts';

export interface RunScope {
  readonly runId: string;
  /** The listener. */
  readonly action: string;
  readonly environmentId: number;
  readonly userId: string | null;
  /** The socket connection that started it; null where none did. */
  readonly connection: string | null;
  /** How many deliveries of our own led to the run. */
  readonly hops: number;
  readonly signal: AbortSignal;
}

export type HostMethod = (scope: RunScope, args: unknown) => Promise<unknown>;

/** `methods` holds one function per `api` method, by the name it travels under, such as `data.find`. */
export function createRunHost(methods: Readonly<Record<string, HostMethod>>): RunHost {
  return (run: RunDocument, signal: AbortSignal) => {
    const scope: RunScope = {
      runId: run._id,
      action: run.action,
      environmentId: run.environment_id,
      userId: run.user_id ?? null,
      connection: run.connection ?? null,
      hops: run.hops ?? 0,
      signal,
    };
    return async (method, args) => {
      const handle = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (handle === undefined) {
        throw new AppError('invalid_input', { detail: `api.${method} does not exist.` });
      }
      return handle(scope, args);
    };
  };
}
