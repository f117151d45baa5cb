/** A binary heap: of many things, the first one at any time, without keeping the others in order. */
export interface Heap<T> {
  readonly push: (item: T) => void;
  /** The first one, which stays. */
  readonly top: () => T | undefined;
  readonly pop: () => T | undefined;
}

export function createHeap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const isFirst = (a: number, b: number): boolean => b >= items.length || isBefore(items[a]!, items[b]!);

  function swap(a: number, b: number): void {
    [items[a], items[b]] = [items[b]!, items[a]!];
  }

  return {
    push(item) {
      let at = items.push(item) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isFirst(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },

    top: () => items[0],

    pop() {
      if (items.length === 0) return undefined;
      swap(0, items.length - 1);
      const item = items.pop();
      for (let at = 0; ;) {
        const child = isFirst(2 * at + 1, 2 * at + 2) ? 2 * at + 1 : 2 * at + 2;
        if (isFirst(at, child)) return item;
        swap(at, child);
        at = child;
      }
    },
  };
}
