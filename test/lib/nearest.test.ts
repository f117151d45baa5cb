import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../server/lib/nearest.ts';

describe('nearest', () => {
  const names = ['exampleListener', 'github.push', 'github.issues', 'github.star', 'payments', 'onEnvStart'];

  it.each([
    ['exampelListener', ['exampleListener']],
    ['examplelistener', ['exampleListener']],
    ['github.pus', ['github.push', 'github.issues', 'github.star']],
    ['payment', ['payments']],
    ['push', ['github.push']],
    ['completelyDifferentThing', []],
  ])('%s is near to %j', (wanted, expected) => {
    expect(nearest(wanted, names)).toEqual(expected);
  });

  it('gives three at most', () => {
    expect(nearest('a', ['b', 'c', 'd', 'e'])).toHaveLength(3);
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['a', '', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
    ['same', 'same', 0],
  ])('%j to %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
