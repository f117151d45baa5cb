/** A store of live/ in a component. */
import { useSyncExternalStore } from 'react';
import type { Readable } from '../live/store.ts';

export function useReadable<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
