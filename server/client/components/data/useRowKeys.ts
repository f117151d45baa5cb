/** Keys among rows: j, k and arrows go from row to row, x ticks, n shows what waits; only while the focus is on a row. */
import { useCallback, type KeyboardEvent } from 'react';
import { isTaken, stepOf } from './open.ts';

interface RowKeys {
  readonly order: readonly string[];
  readonly reveal: (index: number) => void;
  readonly tick?: (id: string) => void;
  readonly refresh: () => void;
}

const focusable = '[data-open],[data-tick]';

export function useRowKeys({ order, reveal, tick, refresh }: RowKeys) {
  return useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      const at = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
      const id = at?.dataset.row;
      const step = stepOf(event);
      if (step !== undefined) {
        const index = (id === undefined ? -1 : order.indexOf(id)) + step;
        if (id === undefined && !event.currentTarget.querySelector(focusable)) return;
        const next = order[Math.max(0, Math.min(order.length - 1, index))];
        if (next === undefined) return;
        event.preventDefault();
        focusRow(event.currentTarget, next, () => reveal(order.indexOf(next)));
        return;
      }
      if (isTaken(event)) return;
      if (event.key === 'n') refresh();
      if (event.key === 'x' && id !== undefined) tick?.(id);
    },
    [order, reveal, tick, refresh],
  );
}

/** A row out of sight may not be drawn yet: then it is brought into sight, and focused with the next frame. */
function focusRow(within: HTMLElement, id: string, reveal: () => void): void {
  const find = () => within.querySelector(`[data-row="${CSS.escape(id)}"]`)?.querySelector<HTMLElement>(focusable);
  const found = find();
  reveal();
  if (found) found.focus({ preventScroll: false });
  else requestAnimationFrame(() => find()?.focus());
}
