/**
 * The tree behind `$project`, `$addFields` and `$unset`: which paths are kept, dropped or computed. Arrays are entered
 * and each of their documents treated alike.
 */
import { type Doc } from '../../values/codec.ts';
import { isPlainObject } from '../../values/types.ts';
import { type Evaluate, type Frame, frameOf } from '../expression/compile.ts';
import { weighed } from '../expression/weight.ts';
import { fail, setField } from '../expression/values.ts';

export type Leaf = 'keep' | 'drop' | Evaluate;

export interface ShapeNode {
  /** What becomes of the fields that are not named here. */
  readonly others: 'keep' | 'drop';
  readonly children: Map<string, ShapeNode | Leaf>;
  hasComputed: boolean;
}

export const createNode = (others: 'keep' | 'drop'): ShapeNode => ({ others, children: new Map(), hasComputed: false });

/** Puts a leaf at a path; two entries for one path, or for a path and its own beginning, collide. */
export function addLeaf(root: ShapeNode, parts: readonly string[], leaf: Leaf): void {
  let node = root;
  parts.forEach((part, i) => {
    const isLast = i === parts.length - 1;
    const existing = node.children.get(part);
    if (typeof leaf === 'function') node.hasComputed = true;
    if (isLast) {
      if (existing !== undefined)
        fail(typeof existing === 'object' ? 31250 : 31250, `Path collision at ${parts.join('.')}`);
      node.children.set(part, leaf);
      return;
    }
    if (existing !== undefined && typeof existing !== 'object')
      fail(31249, `Path collision at ${parts.join('.')} remaining portion ${parts.slice(i + 1).join('.')}`);
    const child: ShapeNode = existing ?? createNode(root.others);
    node.children.set(part, child);
    node = child;
  });
}

export function applyShape(node: ShapeNode, doc: Doc): Doc {
  const kept = keepFields(node, doc);
  return node.hasComputed ? weighed(computeFields(node, kept, frameOf(doc))) : kept;
}

function keepFields(node: ShapeNode, doc: Doc): Doc {
  const made: Doc = {};
  for (const key of Object.keys(doc)) {
    const child = node.children.get(key);
    const value = doc[key];
    if (child === undefined) {
      if (node.others === 'keep') setField(made, key, value);
    } else if (child === 'keep') setField(made, key, value);
    else if (typeof child === 'object') {
      const inner = keepInside(child, value);
      if (inner !== undefined) setField(made, key, inner);
    } else if (typeof child === 'function' && node.others === 'keep') setField(made, key, value); // keeps its place
  }
  return made;
}

function keepInside(node: ShapeNode, value: unknown): unknown {
  if (isPlainObject(value)) return keepFields(node, value);
  if (!Array.isArray(value)) return node.others === 'keep' ? value : undefined;
  const items: unknown[] = [];
  for (const item of value as unknown[]) {
    const inner = keepInside(node, item);
    if (inner !== undefined) items.push(inner);
  }
  return items;
}

function computeFields(node: ShapeNode, target: Doc, frame: Frame): Doc {
  for (const [key, child] of node.children) {
    if (typeof child === 'function') {
      const value = child(frame);
      if (value === undefined) Reflect.deleteProperty(target, key);
      else setField(target, key, value);
    } else if (typeof child === 'object' && child.hasComputed) {
      setField(target, key, computeInside(child, Object.hasOwn(target, key) ? target[key] : undefined, frame));
    }
  }
  return target;
}

/** What is not a document is replaced by one that holds only the computed fields. */
function computeInside(node: ShapeNode, value: unknown, frame: Frame): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map((item) => computeInside(node, item, frame));
  return computeFields(node, isPlainObject(value) ? { ...value } : {}, frame);
}
