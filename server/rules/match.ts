/**
 * Which rules take an event, at a cost that goes by the rules which could and hardly by how many there are.
 *
 *   1. By type. A pattern is filed under the words before its first star and those after its last one; of a type, only
 *      as many such pairs are looked up as there are different shapes of patterns.
 *   2. By value. What is filed together is told apart by the equalities of the filters, one path after the other.
 *   3. What is left is asked: the pattern, where it has a second star, and the filter.
 */
import type { Event } from '../schemas/event.ts';
import type { Equality } from './equalities.ts';
import { takes, type Words } from './patterns.ts';
import { createValueTree, type ReadValues, valuesReader, type ValueTree } from './valueTree.ts';

export interface Indexable {
  readonly id: string;
  readonly events: readonly string[];
  readonly passes: (event: Event) => boolean;
}

export interface RuleIndex<R extends Indexable> {
  readonly add: (rule: R, equalities: readonly Equality[]) => void;
  readonly remove: (id: string) => void;
  /** In the order of their ids. */
  readonly match: (event: Event) => readonly R[];
}

interface Filed<R> {
  readonly rule: R;
  /** Where what it is filed under does not say everything. */
  readonly pattern: Words | null;
}

/** How many words stand before the first star and after the last. */
interface Shape<R> {
  readonly before: number;
  readonly after: number;
  readonly drawers: Map<string, ValueTree<Filed<R>>>;
}

export function createRuleIndex<R extends Indexable>(): RuleIndex<R> {
  const exact = new Map<string, ValueTree<Filed<R>>>();
  const shapes = new Map<string, Shape<R>>();
  const takeOut = new Map<string, () => void>();

  /** The drawers that the pattern is filed in, and its name among them. */
  function placeOf(pattern: string, words: Words): readonly [Map<string, ValueTree<Filed<R>>>, string] {
    const before = words.indexOf('*');
    if (before === -1) return [exact, pattern];
    const after = words.length - 1 - words.lastIndexOf('*');
    const name = `${before} ${after}`;
    let shape = shapes.get(name);
    if (shape === undefined) shapes.set(name, (shape = { before, after, drawers: new Map() }));
    return [shape.drawers, drawerName(words, before, after)];
  }

  function file(pattern: string, rule: R, equalities: readonly Equality[]): () => void {
    const words = pattern.split('.');
    const [drawers, name] = placeOf(pattern, words);
    const hasManyStars = words.indexOf('*') !== words.lastIndexOf('*');
    let tree = drawers.get(name);
    if (tree === undefined) drawers.set(name, (tree = createValueTree()));
    const entry: Filed<R> = { rule, pattern: hasManyStars ? words : null };
    tree.add(entry, equalities);
    return () => {
      tree.remove(entry, equalities);
      if (tree.isEmpty() && drawers.get(name) === tree) drawers.delete(name);
    };
  }

  function remove(id: string): void {
    takeOut.get(id)?.();
    takeOut.delete(id);
  }

  return {
    remove,

    add(rule, equalities) {
      remove(rule.id);
      const undo = rule.events.map((pattern) => file(pattern, rule, equalities));
      takeOut.set(rule.id, () => undo.forEach((each) => each()));
    },

    match(event) {
      const words = event.type.split('.');
      const read: ReadValues = valuesReader(event);
      const found = new Set<R>();
      const ask = ({ rule, pattern }: Filed<R>): void => {
        if (found.has(rule) || (pattern !== null && !takes(pattern, words))) return;
        if (rule.passes(event)) found.add(rule);
      };
      exact.get(event.type)?.find(read, ask);
      for (const { before, after, drawers } of shapes.values()) {
        // A star stands for one word at least.
        if (before + after >= words.length) continue;
        drawers.get(drawerName(words, before, after))?.find(read, ask);
      }
      return [...found].sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}

function drawerName(words: Words, before: number, after: number): string {
  return `${words.slice(0, before).join('.')} ${words.slice(words.length - after).join('.')}`;
}
