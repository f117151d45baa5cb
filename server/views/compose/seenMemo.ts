/**
 * Remembers what was made of a context, and gives it to all who differ in nothing that was looked at. What is made tells
 * which members of the context it looked at; two contexts that agree in these get the same, however else they differ.
 * The same thing asked for twice at once is made once.
 */
import type { ContextKey, ViewContext } from '../../schemas/view.ts';
import { canonical } from '../trees/canonical.ts';

/** A context with the text of each member, made once for each that looks. */
export interface Looking {
  readonly context: ViewContext;
  readonly texts: Readonly<Record<ContextKey, string>>;
}

export function lookingWith(context: ViewContext): Looking {
  return {
    context,
    texts: {
      me: canonical(context.me),
      roles: canonical(context.roles),
      path: canonical(context.path),
      params: canonical(context.params),
      query: canonical(context.query),
      state: canonical(context.state),
    },
  };
}

/** What all have in common who agree in these members. */
export function textOf({ texts }: Looking, used: readonly ContextKey[]): string {
  return used.map((key) => texts[key]).join('\n');
}

interface Made {
  /** In one order, whoever looked at what first. */
  readonly used: readonly ContextKey[];
}

export interface SeenMemo<R extends Made> {
  readonly get: (looking: Looking, make: () => Promise<R>) => Promise<R>;
  readonly peek: (looking: Looking) => R | undefined;
  readonly size: () => number;
  /** What the one after it may expect to be looked at. */
  readonly expected: () => readonly ContextKey[];
}

/** `isKept` says which results are for others as well. */
export function createSeenMemo<R extends Made>(
  isKept: (made: R) => boolean = () => true,
  expectedAtFirst: readonly ContextKey[] = [],
): SeenMemo<R> {
  const byUsed = new Map<string, { readonly used: readonly ContextKey[]; readonly results: Map<string, R> }>();
  const making = new Map<string, Promise<R>>();
  let expected = expectedAtFirst;
  let size = 0;

  function peek(looking: Looking): R | undefined {
    for (const { used, results } of byUsed.values()) {
      const found = results.get(textOf(looking, used));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function keep(looking: Looking, made: R): void {
    expected = made.used;
    if (!isKept(made)) return;
    const name = made.used.join();
    const shape = byUsed.get(name) ?? { used: made.used, results: new Map<string, R>() };
    byUsed.set(name, shape);
    shape.results.set(textOf(looking, made.used), made);
    size++;
  }

  return {
    peek,
    size: () => size,
    expected: () => expected,
    async get(looking, make) {
      // Somebody else may be making what fits; whether it does is known when it is made.
      for (;;) {
        const found = peek(looking);
        if (found !== undefined) return found;
        const other = making.get(textOf(looking, expected));
        if (other === undefined) break;
        await other.catch(() => undefined);
      }
      const guess = textOf(looking, expected);
      const promise = make();
      making.set(guess, promise);
      try {
        const made = await promise;
        keep(looking, made);
        return made;
      } finally {
        if (making.get(guess) === promise) making.delete(guess);
      }
    },
  };
}

const ORDER: readonly ContextKey[] = ['me', 'roles', 'path', 'params', 'query', 'state'];

export function inOrder(used: ReadonlySet<ContextKey>): readonly ContextKey[] {
  return ORDER.filter((key) => used.has(key));
}

export const EVERYTHING = ORDER;
