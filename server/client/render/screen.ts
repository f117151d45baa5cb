/** Whether the screen is a phone's: one watch for all who ask. */
import { useSyncExternalStore } from 'react';

/** Below Mantine's `sm`. */
const QUERY = '(max-width: 47.99em)';
const phone = globalThis.matchMedia(QUERY);

export function useIsPhone(): boolean {
  return useSyncExternalStore(
    (changed) => {
      phone.addEventListener('change', changed);
      return () => phone.removeEventListener('change', changed);
    },
    () => phone.matches,
  );
}
