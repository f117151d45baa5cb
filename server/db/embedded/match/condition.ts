/**
 * One condition on one field, apart from the path it is applied to. The same condition serves a dotted path (arrays are looked
 * through), an element of an array under $elemMatch or $pull (arrays are not looked through), and a value of its own.
 */
import { isInheritedName } from '../values/own.ts';
import { splitPath, walkPath } from '../values/paths.ts';
import { type Matcher, type MatchFound } from './types.ts';

export type Predicate = (value: unknown) => boolean;

export type Condition =
  /** Holds when it holds for the value or, where that is an array, for one of its elements. */
  | { readonly kind: 'each'; readonly test: Predicate }
  /** Looks at the value itself; an array is a value like any other. */
  | { readonly kind: 'whole'; readonly test: Predicate }
  /** $elemMatch: finds an element of an array, -1 for none. */
  | { readonly kind: 'element'; readonly find: (items: readonly unknown[]) => number }
  | { readonly kind: 'not'; readonly of: readonly Condition[] }
  | { readonly kind: 'all'; readonly of: readonly Condition[] };

/** The condition on whatever a path reaches. */
export function onPath(path: string, condition: Condition): Matcher {
  switch (condition.kind) {
    case 'each':
      return path.includes('.') ? alongPath(path, true, condition.test) : eachOfField(path, condition.test);
    case 'whole':
      return path.includes('.') ? alongPath(path, false, condition.test) : wholeField(path, condition.test);
    case 'element':
      return elementAlongPath(path, condition.find);
    case 'not': {
      const matches = allOf(condition.of.map((part) => onPath(path, part)));
      return (doc) => !matches(doc);
    }
    case 'all':
      return allOf(condition.of.map((part) => onPath(path, part)));
  }
}

/** The condition on a value by itself: nothing is expanded. */
export function onValue(condition: Condition): Predicate {
  switch (condition.kind) {
    case 'each':
    case 'whole':
      return condition.test;
    case 'element':
      return (value) => Array.isArray(value) && condition.find(value) >= 0;
    case 'not': {
      const tests = condition.of.map(onValue);
      return (value) => !tests.every((test) => test(value));
    }
    case 'all': {
      const tests = condition.of.map(onValue);
      return (value) => tests.every((test) => test(value));
    }
  }
}

export function allOf(matchers: readonly Matcher[]): Matcher {
  const [first, second] = matchers;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (matchers.length === 2) return (doc, found) => first(doc, found) && second(doc, found);
  return (doc, found) => {
    for (const matches of matchers) if (!matches(doc, found)) return false;
    return true;
  };
}

function wholeField(name: string, test: Predicate): Matcher {
  if (isInheritedName(name)) return alongPath(name, false, test);
  return (doc) => test(doc[name]);
}

function eachOfField(name: string, test: Predicate): Matcher {
  if (isInheritedName(name)) return alongPath(name, true, test);
  return (doc, found) => {
    const value = doc[name];
    if (!Array.isArray(value)) return test(value);
    for (let i = 0; i < value.length; i++) {
      if (!test(value[i])) continue;
      if (found !== undefined) found.arrayIndex = i;
      return true;
    }
    return test(value);
  };
}

function alongPath(path: string, expandLeaf: boolean, test: Predicate): Matcher {
  const parts = splitPath(path);
  const visit = (value: unknown): boolean => test(value);
  return (doc, found) => {
    if (found === undefined) return walkPath(doc, parts, expandLeaf, visit);
    return walkPath(doc, parts, expandLeaf, (value, arrayIndex) => test(value) && note(found, arrayIndex));
  };
}

function elementAlongPath(path: string, find: (items: readonly unknown[]) => number): Matcher {
  const parts = splitPath(path);
  return (doc, found) =>
    walkPath(doc, parts, false, (value, arrayIndex) => {
      const index = Array.isArray(value) ? find(value) : -1;
      return index >= 0 && note(found, arrayIndex ?? index);
    });
}

function note(found: MatchFound | undefined, arrayIndex: number | undefined): true {
  if (found !== undefined && arrayIndex !== undefined) found.arrayIndex = arrayIndex;
  return true;
}
