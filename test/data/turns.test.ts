import { describe, expect, it } from 'vitest';
import { createTurns } from '../../server/data/turns.ts';

/** Work that goes on until it is told to end, and a list of what has begun. */
function aStage(room = 8) {
  const inTurn = createTurns({ room });
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const play = (name: string, ...keys: string[]) =>
    inTurn(keys, () => {
      begun.push(name);
      return new Promise<string>((resolve, reject) =>
        ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error))),
      );
    });
  /** Long enough for everything that waits for nothing. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await settle();
  };
  return { play, end, settle, begun };
}

describe('turns', () => {
  it('are taken one after the other for the same key, and at once for others', async () => {
    const { play, end, settle, begun } = aStage();
    const first = play('first', 'a');
    void play('second', 'a');
    void play('other', 'b');
    await settle();
    expect(begun).toEqual(['first', 'other']);
    await end('first');
    expect(begun).toEqual(['first', 'other', 'second']);
    expect(await first).toBe('first');
  });

  it('of many keys wait for all who came before, and nobody waits in a circle', async () => {
    const { play, end, settle, begun } = aStage();
    void play('ab', 'a', 'b');
    void play('ba', 'b', 'a');
    void play('bc', 'b', 'c');
    await settle();
    expect(begun).toEqual(['ab']);
    await end('ab');
    expect(begun).toEqual(['ab', 'ba']);
    await end('ba');
    expect(begun).toEqual(['ab', 'ba', 'bc']);
  });

  it('go on after one that failed, which tells its own caller only', async () => {
    const { play, end, settle, begun } = aStage();
    const failing = play('failing', 'a');
    const outcome = failing.catch((error: unknown) => (error as Error).message);
    void play('next', 'a');
    await settle();
    await end('failing', new Error('no'));
    expect(await outcome).toBe('no');
    expect(begun).toEqual(['failing', 'next']);
  });

  it('are given to no more than there is room for', async () => {
    const { play, end, settle, begun } = aStage(2);
    for (const name of ['a', 'b', 'c', 'd']) void play(name, name);
    await settle();
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
  });
});
