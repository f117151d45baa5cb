/**
 * Of many rows only those in sight are drawn, and the one that has the focus. Rows that come above leave what is in
 * sight where it is, unless the person is at the very top.
 */
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

/** Fewer are all drawn. */
export const MANY_ROWS = 100;
const OVERSCAN = 10;

/** A row, or the room that rows out of sight take. */
export type Piece =
  | { readonly type: 'row'; readonly id: string; readonly index: number }
  | { readonly type: 'room'; readonly id: string; readonly height: number };

export interface VirtualRows {
  readonly isVirtual: boolean;
  readonly pieces: readonly Piece[];
  /** Given to each row as `ref`; undefined where all are drawn. */
  readonly measure: ((element: HTMLElement | null) => void) | undefined;
  readonly reveal: (index: number) => void;
}

export function useVirtualRows(
  order: readonly string[],
  scroller: RefObject<HTMLElement | null>,
  heightOfOne: number,
): VirtualRows {
  const isVirtual = order.length > MANY_ROWS;
  const focused = useFocusedRow(scroller);
  const virtualizer = useVirtualizer<HTMLElement, HTMLElement>({
    count: order.length,
    enabled: isVirtual,
    getScrollElement: () => scroller.current,
    estimateSize: () => heightOfOne,
    overscan: OVERSCAN,
    getItemKey: (index) => order[index] ?? index,
    rangeExtractor: (range: Range) => {
      const inSight = defaultRangeExtractor(range);
      const index = focused.current === undefined ? -1 : order.indexOf(focused.current);
      return index < 0 || inSight.includes(index) ? inSight : [...inSight, index].sort((a, b) => a - b);
    },
  });

  // The row at the upper edge, and how far it is scrolled out.
  const edge = useRef<{ readonly id: string; readonly offset: number }>(undefined);
  const lastOrder = useRef(order);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!isVirtual || element === null) return;
    if (lastOrder.current !== order && edge.current !== undefined && element.scrollTop > 0) {
      const index = order.indexOf(edge.current.id);
      const start = index < 0 ? undefined : virtualizer.measurementsCache[index]?.start;
      if (start !== undefined) element.scrollTop = start + edge.current.offset;
    }
    lastOrder.current = order;
  }, [order, isVirtual, scroller, virtualizer]);
  useEffect(() => {
    const element = scroller.current;
    if (!isVirtual || element === null) return;
    const remember = () => {
      const item = virtualizer.getVirtualItemForOffset(element.scrollTop);
      const id = item === undefined ? undefined : lastOrder.current[item.index];
      edge.current =
        item === undefined || id === undefined ? undefined : { id, offset: element.scrollTop - item.start };
    };
    element.addEventListener('scroll', remember, { passive: true });
    return () => element.removeEventListener('scroll', remember);
  }, [isVirtual, scroller, virtualizer]);

  const reveal = useCallback(
    (index: number) => {
      if (isVirtual) virtualizer.scrollToIndex(index, { align: 'auto' });
    },
    [isVirtual, virtualizer],
  );
  if (!isVirtual) {
    const pieces = order.map((id, index): Piece => ({ type: 'row', id, index }));
    return { isVirtual, pieces, measure: undefined, reveal };
  }
  const items = virtualizer.getVirtualItems();
  return {
    isVirtual,
    pieces: piecesOf(items, order, virtualizer.getTotalSize()),
    measure: virtualizer.measureElement,
    reveal,
  };
}

interface Item {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

function piecesOf(items: readonly Item[], order: readonly string[], total: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { index, start, end } of items) {
    if (start > at) pieces.push({ type: 'room', id: `room-${index}`, height: start - at });
    const id = order[index];
    if (id !== undefined) pieces.push({ type: 'row', id, index });
    at = end;
  }
  if (total > at) pieces.push({ type: 'room', id: 'room-end', height: total - at });
  return pieces;
}

function useFocusedRow(within: RefObject<HTMLElement | null>): RefObject<string | undefined> {
  const focused = useRef<string>(undefined);
  useEffect(() => {
    const element = within.current;
    if (element === null) return;
    const come = (event: FocusEvent) => {
      focused.current = (event.target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset.row;
    };
    const go = () => {
      focused.current = undefined;
    };
    element.addEventListener('focusin', come);
    element.addEventListener('focusout', go);
    return () => {
      element.removeEventListener('focusin', come);
      element.removeEventListener('focusout', go);
    };
  }, [within]);
  return focused;
}
