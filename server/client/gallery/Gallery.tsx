/** Every component in its states, as its schema describes it. */
import type { ReactNode } from 'react';

export function Gallery(): ReactNode {
  return null;
}
