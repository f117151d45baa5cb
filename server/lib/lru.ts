/** Remembers the values used last, at most `limit` of them. */
export interface Lru<K, V> {
  readonly get: (key: K) => V | undefined;
  readonly set: (key: K, value: V) => void;
  readonly delete: (key: K) => void;
  readonly clear: () => void;
  readonly size: () => number;
}

export function createLru<K, V>(limit: number): Lru<K, V> {
  const entries = new Map<K, V>(); // a Map keeps the order of insertion: the first entry is the one unused longest
  return {
    get(key) {
      const value = entries.get(key);
      if (value !== undefined) {
        entries.delete(key);
        entries.set(key, value);
      }
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size > limit) entries.delete(entries.keys().next().value!);
    },
    delete: (key) => void entries.delete(key),
    clear: () => {
      entries.clear();
    },
    size: () => entries.size,
  };
}
