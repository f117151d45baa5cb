/** Which dialogs and drawers are open, by their key: for the component that is one. */
import { useSyncExternalStore } from 'react';
import { useHost } from './host.ts';

export interface Overlay {
  readonly isOpen: boolean;
  readonly open: () => void;
  readonly close: () => void;
}

/** A component without a key has nothing to be opened by, and stays closed. */
export function useOverlay(key: string | undefined): Overlay {
  const { overlays } = useHost();
  const isOpen = useSyncExternalStore(overlays.subscribe, () => key !== undefined && overlays.keys().includes(key));
  return {
    isOpen,
    open: () => {
      if (key !== undefined) overlays.open(key);
    },
    close: () => {
      if (key !== undefined) overlays.close(key);
    },
  };
}
