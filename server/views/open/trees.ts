/** Trees with their revisions, and what leads from one to another, found out once however many have to be led. */
import { randomInt } from 'node:crypto';
import type { Json } from '../../schemas/json.ts';
import type { PatchOp } from '../../schemas/socket.ts';
import type { Tree } from '../page.ts';
import { diff } from '../trees/diff.ts';

export interface Trees {
  readonly treeOf: (ui: Json) => Tree;
  /** Undefined where the tree itself is the shorter way. */
  readonly patchBetween: (before: Tree, now: Tree) => readonly PatchOp[] | undefined;
}

/** Each process begins somewhere else, so that a tree of another is never taken for one of ours. */
export function createTrees(firstRevision = randomInt(2 ** 47)): Trees {
  let revision = firstRevision;
  const patches = new WeakMap<Tree, WeakMap<Tree, { readonly ops: readonly PatchOp[] | undefined }>>();

  return {
    treeOf: (ui) => ({ revision: ++revision, ui }),
    patchBetween(before, now) {
      if (before === now) return [];
      const toOthers = patches.get(before) ?? new WeakMap<Tree, { ops: readonly PatchOp[] | undefined }>();
      patches.set(before, toOthers);
      let known = toOthers.get(now);
      if (known === undefined) toOthers.set(now, (known = { ops: diff(before.ui, now.ui) }));
      return known.ops;
    },
  };
}
