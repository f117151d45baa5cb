/** What screen readers are told without moving the focus: politely, one sentence at a time. */
import { VisuallyHidden } from '@mantine/core';
import { useSyncExternalStore, type ReactNode } from 'react';
import { createStore } from '../live/store.ts';

const sentence = createStore('');

export function announce(text: string): void {
  // The same sentence twice would not be read twice.
  sentence.set(text === sentence.get() ? `${text}\u00a0` : text);
}

export function Announcer(): ReactNode {
  const text = useSyncExternalStore(sentence.subscribe, sentence.get);
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {text}
    </VisuallyHidden>
  );
}
