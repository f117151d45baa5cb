/** Leads a tree through the frames that came for it. Pure: the decision what was missed is made here and nowhere else. */
import type { Json } from '../../schemas/json.ts';
import type { PatchOp, ServerToClient } from '../../schemas/socket.ts';
import { applyPatch, PatchMisfit } from './patch.ts';

export type Frame =
  | ({ readonly type: 'patch' } & Parameters<ServerToClient['patch']>[0])
  | ({ readonly type: 'fresh' } & Parameters<ServerToClient['fresh']>[0]);

export interface At {
  readonly tree: Json;
  readonly revision: number;
}

/** Undefined: one was missed, or does not fit. Frames for what the tree is already past are left out. */
export function follow(at: At, frames: readonly Frame[]): At | undefined {
  let now: At = at;
  for (const frame of frames) {
    if (frame.revision <= now.revision) continue;
    if (frame.type === 'fresh') {
      now = { tree: frame.ui, revision: frame.revision };
      continue;
    }
    const tree = frame.base === now.revision ? patched(now.tree, frame.ops) : undefined;
    if (tree === undefined) return undefined;
    now = { tree, revision: frame.revision };
  }
  return now;
}

export function patched(tree: Json, ops: readonly PatchOp[]): Json | undefined {
  try {
    return applyPatch(tree, ops);
  } catch (error) {
    if (error instanceof PatchMisfit) return undefined;
    throw error;
  }
}
