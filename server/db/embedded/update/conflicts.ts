/** Two operators may not change the same path, nor one a part of what the other changes (code 40). */
import { MongoError } from '../errors.ts';

interface Node {
  readonly children: Map<string, Node>;
  isTaken: boolean;
}

export interface PathSet {
  /** Throws when the path, a part of it or something inside of it is taken already. */
  take(parts: readonly string[]): void;
}

export function createPathSet(): PathSet {
  const root: Node = { children: new Map(), isTaken: false };
  return {
    take(parts) {
      let node = root;
      for (let i = 0; i < parts.length; i++) {
        const part = parts[i]!;
        let next = node.children.get(part);
        if (next === undefined) {
          next = { children: new Map(), isTaken: false };
          node.children.set(part, next);
        }
        if (next.isTaken) throw conflict(parts, parts.slice(0, i + 1));
        node = next;
      }
      if (node.children.size > 0) throw conflict(parts, parts);
      node.isTaken = true;
    },
  };
}

function conflict(path: readonly string[], at: readonly string[]): MongoError {
  return new MongoError(
    40,
    'ConflictingUpdateOperators',
    `Updating the path '${path.join('.')}' would create a conflict at '${at.join('.')}'`,
  );
}
