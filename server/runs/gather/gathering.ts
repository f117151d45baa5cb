/**
 * Which calls of a listener are one run: those of a debounced or batching listener that agree in props, user, and in
 * what its `by` points at (or in the job's key). Pure.
 */
import { createHash } from 'node:crypto';
import type { Batch, Debounce, ListenerInfo } from '../../schemas/listener.ts';
import type { NewRun } from '../document.ts';
import { valueAt, type GatedRun } from '../gates/keys.ts';

export type Gathering =
  | { readonly how: 'debounce'; readonly key: string; readonly settings: Debounce }
  | {
      readonly how: 'batch';
      readonly key: string;
      readonly settings: Batch;
    };

/** Null where each call is a run of its own. */
export function gatheringOf(
  input: NewRun,
  run: GatedRun,
  listener: Pick<ListenerInfo, 'debounce' | 'batch'> | undefined,
): Gathering | null {
  const { debounce = null, batch = null } = listener ?? {};
  const settings = debounce ?? batch;
  if (settings === null) return null;
  const value = input.waitingKey ?? valueAt(settings.by, run);
  const hash = createHash('sha256')
    .update(JSON.stringify([input.propsJson, input.userId ?? null, input.connection ?? null, value]))
    .digest('base64url');
  const key = `gather:${String(input.environmentId)}:${input.action}:${hash}`;
  return debounce !== null
    ? { how: 'debounce', key, settings: debounce }
    : { how: 'batch', key, settings: batch as Batch };
}
