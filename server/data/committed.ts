/** Tells those who follow the data what has been committed, here or elsewhere. What they do with it fails no write. */
import type { Change } from './changeEvent.ts';

export interface Committed {
  readonly environmentId: number;
  readonly collection: string;
  /** One with neither before nor after stands for any change of that collection. */
  readonly changes: readonly Change[];
  /** Ids of the events that were stored with it, where it happened in this process. */
  readonly events?: readonly string[];
}

export interface ChangeFeed {
  readonly tell: (committed: Committed) => void;
  /** Gives the function that ends it. */
  readonly subscribe: (follow: (committed: Committed) => void) => () => void;
}

export function createChangeFeed(deps: { readonly onFault: (error: unknown) => void }): ChangeFeed {
  const followers = new Set<(committed: Committed) => void>();
  return {
    tell(committed) {
      for (const follow of followers) {
        try {
          follow(committed);
        } catch (error) {
          deps.onFault(error);
        }
      }
    },
    subscribe(follow) {
      followers.add(follow);
      return () => followers.delete(follow);
    },
  };
}
