/**
 * Which calls of a listener are one run: those of a debounced or batching listener that agree in props, user, and in
 * what its `by` points at (or in the job's key). Pure.
 */
import { createHash } from 'node:crypto';
import type { Batch, Debounce, ListenerInfo } from '../../schemas/listener.ts';
import type { NewRun } from '../document.ts';
import { valueAt, type GatedRun } from '../gates/keys.ts';

export type Gathering = { readonly key: string } & (
  { readonly how: 'debounce'; readonly settings: Debounce } | { readonly how: 'batch'; readonly settings: Batch }
);

/** Null where each call is a run of its own. */
export function gatheringOf(
  input: NewRun,
  run: GatedRun,
  listener: Pick<ListenerInfo, 'debounce' | 'batch'> | undefined,
): Gathering | null {
  const how = howOf(listener);
  if (how === null) return null;
  const value = input.waitingKey ?? valueAt(how.settings.by, run);
  const hash = createHash('sha256')
    .update(JSON.stringify([input.propsJson, input.userId ?? null, input.connection ?? null, value]))
    .digest('base64url');
  return { ...how, key: `gather:${String(input.environmentId)}:${input.action}:${hash}` };
}

function howOf(listener: Pick<ListenerInfo, 'debounce' | 'batch'> | undefined) {
  if (listener?.debounce) return { how: 'debounce', settings: listener.debounce } as const;
  return listener?.batch ? ({ how: 'batch', settings: listener.batch } as const) : null;
}
