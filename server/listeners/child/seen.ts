/**
 * The context a view is given: it notes which members are read, so that a view is rendered anew only for what it looks
 * at. Members are getters: taking the object apart, spreading it, cloning it or writing it as JSON reads them as well.
 */
import { inspect } from 'node:util';
import type { ContextKey, ViewContext } from '../../schemas/view.ts';

let isPrinting = false;

/** For what is printed and shown to nobody: looking at a context meanwhile does not count. */
export function whilePrinting<T>(make: () => T): T {
  isPrinting = true;
  try {
    return make();
  } finally {
    isPrinting = false;
  }
}

export function createSeenContext(context: ViewContext) {
  const used = new Set<ContextKey>();
  const read = <K extends ContextKey>(key: K): ViewContext[K] => {
    used.add(key);
    return context[key];
  };
  const seen: ViewContext = Object.freeze({
    get me() {
      return read('me');
    },
    get roles() {
      return read('roles');
    },
    get path() {
      return read('path');
    },
    get params() {
      return read('params');
    },
    get query() {
      return read('query');
    },
    get state() {
      return read('state');
    },
    /** A text made with `inspect` or `format` may be part of the tree, unless it is the console's. */
    [inspect.custom]: () => {
      if (!isPrinting) for (const key of Object.keys(context)) used.add(key as ContextKey);
      return context;
    },
  });
  return { seen, used };
}
