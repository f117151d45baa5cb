/** How the platform recognises what `defineListener` made, whichever copy of the sdk an author imported. */
export const LISTENER: unique symbol = Symbol.for('earshot.listener') as never;
/** And an error that says no retry can help. */
export const NON_RETRIABLE: unique symbol = Symbol.for('earshot.nonRetriable') as never;

export interface StoredListenerOptions {
  readonly props?: object;
  readonly event?: object;
  readonly timeoutMs?: number;
  readonly retries?: readonly number[];
  readonly concurrency?: unknown;
  readonly rate?: unknown;
  readonly debounce?: unknown;
  readonly batch?: unknown;
  readonly memoryMb?: number;
}

export function listenerOptions(exported: unknown): StoredListenerOptions | undefined {
  if (typeof exported !== 'function' || !(LISTENER in exported)) return undefined;
  return exported[LISTENER] as StoredListenerOptions;
}
