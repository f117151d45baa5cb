import { describe, expect, it } from 'vitest';
import { createBatcher } from '../../server/db/batch.ts';

interface Sent {
  readonly items: readonly number[];
  readonly answer: (results: readonly (string | Error)[]) => void;
  readonly fail: (error: Error) => void;
}

function aBatcher(limits: { maxItems: number; maxInFlight: number }) {
  const sent: Sent[] = [];
  const batcher = createBatcher<number, string>({
    ...limits,
    send: (items) => new Promise((resolve, reject) => sent.push({ items, answer: resolve, fail: reject })),
  });
  return { batcher, sent };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('createBatcher', () => {
  it('sends what is added in one turn as one batch and answers each item at its place', async () => {
    const { batcher, sent } = aBatcher({ maxItems: 10, maxInFlight: 2 });
    const answers = Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)]);
    await nextTurn();
    expect(sent.map(({ items }) => items)).toEqual([[1, 2, 3]]);
    sent[0]?.answer(['a', 'b', 'c']);
    expect(await answers).toEqual(['a', 'b', 'c']);
  });

  it('fails only the item whose result is an error', async () => {
    const { batcher, sent } = aBatcher({ maxItems: 10, maxInFlight: 1 });
    const answers = Promise.allSettled([batcher.add(1), batcher.add(2)]);
    await nextTurn();
    sent[0]?.answer([new Error('duplicate'), 'b']);
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('fails every item of a batch that could not be sent, and goes on with the next', async () => {
    const { batcher, sent } = aBatcher({ maxItems: 10, maxInFlight: 1 });
    const first = Promise.allSettled([batcher.add(1), batcher.add(2)]);
    await nextTurn();
    sent[0]?.fail(new Error('away'));
    expect((await first).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const second = batcher.add(3);
    await nextTurn();
    sent[1]?.answer(['c']);
    expect(await second).toBe('c');
  });

  it('lets the next batch grow while as many as allowed are under way', async () => {
    const { batcher, sent } = aBatcher({ maxItems: 10, maxInFlight: 1 });
    const answers = [batcher.add(1)];
    await nextTurn();
    answers.push(batcher.add(2));
    await nextTurn();
    answers.push(batcher.add(3));
    await nextTurn();
    expect(sent).toHaveLength(1);
    sent[0]?.answer(['a']);
    await answers[0];
    await nextTurn();
    expect(sent[1]?.items).toEqual([2, 3]);
    sent[1]?.answer(['b', 'c']);
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c']);
  });

  it('splits what is more than one command may carry', async () => {
    const { batcher, sent } = aBatcher({ maxItems: 2, maxInFlight: 3 });
    const answers = Promise.all([1, 2, 3, 4, 5].map((item) => batcher.add(item)));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(sent.map(({ items }) => items)).toEqual([[1, 2], [3, 4], [5]]);
    for (const { items, answer } of sent) answer(items.map(String));
    expect(await answers).toEqual(['1', '2', '3', '4', '5']);
  });
});
