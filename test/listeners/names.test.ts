import { describe, expect, it } from 'vitest';
import { isListenerFile, isListenerName, nameOfDefault, nameOfExport } from '../../server/listeners/names.ts';

describe('the name of a listener', () => {
  it.each([
    ['exampleListener.ts', 'exampleListener'],
    ['github/push.ts', 'github.push'],
    ['a/b/c.mjs', 'a.b.c'],
    ['push.mts', 'push'],
    ['push.js', 'push'],
    ['v1.2/x.ts', 'v1.2.x'],
  ])('%s with a default export is %s', (path, name) => {
    expect(nameOfDefault(path)).toBe(name);
  });

  it.each([
    ['systemEvents.ts', 'onEnvStart', 'onEnvStart'],
    ['github/x.ts', 'foo', 'github.foo'],
    ['a/b/c.ts', 'd', 'a.b.d'],
  ])('%s with the export %s is %s', (path, exported, name) => {
    expect(nameOfExport(path, exported)).toBe(name);
  });

  it.each(['a', 'a.b', '$x', '_y', 'a1.b2', 'onEnvStart'])('%s is allowed', (name) => {
    expect(isListenerName(name)).toBe(true);
  });

  it.each(['', '1a', 'order-paid', 'a b', 'a..b', 'a.', 'ü', 'a/b', '.a'])('%j is not allowed', (name) => {
    expect(isListenerName(name)).toBe(false);
  });

  it.each([
    ['a.ts', true],
    ['github/push.mts', true],
    ['a.js', true],
    ['a.mjs', true],
    ['a.cjs', false],
    ['a.json', false],
    ['a.d.ts', false],
    ['a.d.mts', false],
    ['a.test.ts', false],
    ['_helper.ts', false],
    ['.hidden.ts', false],
    ['_lib/a.ts', false],
    ['x/.git/a.ts', false],
    ['x/_y/a.ts', false],
  ])('%s is a listener file: %s', (path, expected) => {
    expect(isListenerFile(path)).toBe(expected);
  });
});
