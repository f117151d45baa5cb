/**
 * The context a view is given: it notes which members are read, so that a view is rendered anew only for what it looks
 * at. Members are getters: taking the object apart, spreading it, cloning it or writing it as JSON reads them as well.
 */
import { inspect } from 'node:util';
import type { ContextKey, ViewContext } from '../../schemas/view.ts';

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
    /** Printing it shows the values and counts as reading none: what is printed is not part of the tree. */
    [inspect.custom]: () => context,
  });
  return { seen, used };
}
