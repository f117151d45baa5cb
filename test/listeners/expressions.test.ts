import { availableParallelism, loadavg } from 'node:os';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExpressions, type Evaluated } from '../../server/listeners/expressions.ts';
import { exploding, hanging, hungry, reaching } from './fixtures/expressions.ts';
import { lagDuring } from './support.ts';

const troubles: string[] = [];
const expressions = createExpressions({ onTrouble: (what) => troubles.push(what) });

beforeAll(async () => {
  await expressions.start();
  await expressions.evaluate('$sum([1])', '{}'); // the process starts with the first one
});
afterAll(() => expressions.stop());

const input = {
  type: 'invoices.paid',
  data: { id: 7, amount: 2.5, name: 'Ä', lines: [{ n: 1 }, { n: 2 }], one: [{ n: 1 }] },
};
const evaluate = (expression: string, value: unknown = input): Promise<Evaluated> =>
  expressions.evaluate(expression, JSON.stringify(value));

/** Where there is more work than processors, as on a shared machine, everything takes its share longer. */
const crowding = () => Math.max(1, loadavg()[0]! / availableParallelism());

/** What came of it and how long that took, beside an evaluation that does no harm. */
async function beside(expression: string) {
  const began = performance.now();
  const timed = async (work: Promise<Evaluated>) => ({ end: await work, tookMs: performance.now() - began });
  const [own, neighbour] = await Promise.all([timed(evaluate(expression)), timed(evaluate('$sum(data.lines.n)'))]);
  return { own, neighbour };
}

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['{ "id": data.id, "twice": data.amount * 2 }', { id: 7, twice: 5 }],
    ['data.lines.n', [1, 2]],
    ['data.lines[n = 2]', { n: 2 }],
    ['data.one.n', 1],
    ['data.one.n[]', [1]],
    ['data.id', 7],
    ['data.name & "!"', 'Ä!'],
    ['"a" & 1 & missing & null & data.lines', 'a1null[{"n":1},{"n":2}]'],
    ['null', null],
    ['$match("a1b22", /[a-z](\\d+)/).groups', ['1', '22']],
    ['$replace("John Smith", /(\\w+)\\s(\\w+)/, "$2, $1")', 'Smith, John'],
    ['$split("a, b,c", /,\\s*/)', ['a', 'b', 'c']],
    ['$contains("ABC", /b/i)', true],
    ['($pad5 := $pad(?, 5, "#"); $pad5("a"))', 'a####'],
    ['$reduce([[1], [2]], $append)', [1, 2]],
    ['["a", "b"] ~> $join("-") ~> $uppercase', 'A-B'],
    ['$toMillis("2018-03-27", "[Y0001]-[M01]-[D01]")', 1522108800000],
    ['$fromMillis(0, "[D] [MNn] [Y]")', '1 January 1970'],
    ['$formatNumber(12345.6, "#,###.00")', '12,345.60'],
    ['$ ~> | data | { "id": 8 } |', { ...input, data: { ...input.data, id: 8 } }],
    ['data{ "x": $string(id) }', { x: '7' }],
  ])('%s gives data', async (expression, expected) => {
    const end = await evaluate(expression);
    expect(end).toMatchObject({ status: 'value' });
    expect(JSON.parse((end as { json: string }).json)).toEqual(expected);
  });

  it.each(['missing', 'data.missing.deeper', 'data.lines[n = 3]', '$lookup($, "x")', 'data.amount > 3 ? data'])(
    '%s gives nothing',
    async (expression) => {
      expect(await evaluate(expression)).toEqual({ status: 'nothing' });
    },
  );

  it.each<[string, RegExp]>([
    ['data.', /S0207|Unexpected end/],
    ['$error("no customer")', /^no customer \(D3137/],
    ['$nothing()', /T1006/],
    ['1 + "a"', /T2002/],
    ['$match("a", /(?=a)/)', /cannot be used \(no look-around, no backreference\)/],
    ['$eval("1 + 1")', /\$eval is refused/],
  ])('%s fails with a sentence', async (expression, reason) => {
    expect(await evaluate(expression)).toEqual({ status: 'failed', reason: expect.stringMatching(reason) });
  });
});

describe('a hostile expression', () => {
  it.each(Object.entries({ ...hanging, ...hungry }))(
    'fails within a second, and its neighbours do not (%s)',
    async (_name, [expression, reason]) => {
      const { own, neighbour } = await beside(expression);
      expect(own.end).toEqual({ status: 'failed', reason: expect.stringMatching(reason) });
      expect(own.tookMs).toBeLessThan(1_000 * crowding());
      expect(neighbour.end).toEqual({ status: 'value', json: '3' });
      expect(neighbour.tookMs).toBeLessThan(1_000 * crowding());
    },
  );

  it.each(Object.entries(reaching))('reaches and changes nothing (%s)', async (_name, [expression, expected]) => {
    expect(await evaluate(expression)).toEqual(expected);
    expect(await evaluate('[$keys({}), $string({}), $merge([{}, {}]).x]')).toEqual({ status: 'value', json: '["{}"]' });
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('that takes its process along takes nobody else along', async () => {
    const { own, neighbour } = await beside(exploding);
    expect(own.end.status).toBe('failed');
    expect(neighbour.end).toEqual({ status: 'value', json: '3' });
  });

  it('does not hold others up, nor the server, however many of them there are', async () => {
    const { value: ends, p99Ms } = await lagDuring(async () => {
      const bad = Array.from({ length: 6 }, () => evaluate(hanging.tailRecursion[0]));
      const good = await Promise.all(Array.from({ length: 200 }, () => evaluate('$sum(data.lines.n)')));
      return { good, bad: await Promise.all(bad) };
    });
    expect(new Set(ends.good.map(({ status }) => status))).toEqual(new Set(['value']));
    expect(new Set(ends.bad.map(({ status }) => status))).toEqual(new Set(['failed']));
    expect(p99Ms).toBeLessThan(100 * crowding());
  });
});

describe('the limits', () => {
  const nested = (depth: number) =>
    `($d := function($s, $n) { $n = 0 ? $s : $d([[$s]], $n - 2) }; $d([], ${depth - 1}))`;

  it('of the expression: 16 KiB', async () => {
    const sized = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;
    expect((await evaluate(sized(16 * 1024))).status).toBe('value');
    expect(await evaluate(sized(16 * 1024 + 1))).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/longer than 16 KiB/),
    });
  });

  it('of the output: 1 MiB', async () => {
    const most = 1024 * 1024 - 2;
    expect(await evaluate(`$pad("", ${most}, "x")`)).toEqual({ status: 'value', json: `"${'x'.repeat(most)}"` });
    expect(await evaluate(`$pad("", ${most + 1}, "x")`)).toMatchObject({
      reason: expect.stringMatching(/output is larger than 1 MiB/),
    });
    expect(await evaluate('data', { data: 'é'.repeat(most / 2 + 1) })).toMatchObject({
      reason: expect.stringMatching(/larger than 1 MiB/),
    });
  });

  it('of the depth of the output: 64', async () => {
    expect((await evaluate(nested(63))).status).toBe('value');
    expect((await evaluate('data', { data: deepList(64) })).status).toBe('value');
    expect(await evaluate('data', { data: deepList(65) })).toMatchObject({
      reason: expect.stringMatching(/nested more than 64 deep/),
    });
    expect((await evaluate('$merge([$])', { data: deepList(63) })).status).toBe('value');
    expect(await evaluate('$merge([$])', { data: deepList(64) })).toMatchObject({
      reason: expect.stringMatching(/nested more than 64 deep/),
    });
  });

  it('of the input: 8 MiB', async () => {
    expect((await evaluate('$length(data.x)', { data: { x: 'x'.repeat(1_000_000) } })).status).toBe('value');
    expect(await evaluate('$string(a)', { a: 'x'.repeat(8 * 1024 * 1024) })).toMatchObject({
      reason: expect.stringMatching(/input is larger/),
    });
  });
});

describe('an evaluation', () => {
  it('is made again when its process died of something else', async () => {
    const before = troubles.length;
    const slow = '$count($map([1..300], function($i) { $i * 2 }))';
    const work = Array.from({ length: 200 }, () => evaluate(slow));
    const [pid] = expressionProcesses();
    process.kill(pid!, 'SIGKILL');
    for (const end of await Promise.all(work)) expect(end).toEqual({ status: 'value', json: '300' });
    expect(troubles.slice(before)).toContain('runner.died');
  });

  it('is unavailable when it is aborted, before the start and after the stop', async () => {
    const controller = new AbortController();
    const under = expressions.evaluate(hanging.tailRecursion[0], '{}', controller.signal);
    controller.abort();
    expect(await under).toEqual({ status: 'unavailable' });
    expect(await expressions.evaluate('1 + 1', '{}', controller.signal)).toEqual({ status: 'unavailable' });

    const other = createExpressions();
    expect(await other.evaluate('a', '{"a":1}')).toEqual({ status: 'unavailable' });
    await other.start();
    const cut = other.evaluate(hanging.tailRecursion[0], '{}');
    await other.stop();
    expect(await cut).toEqual({ status: 'unavailable' });
    expect(await other.evaluate('a', '{"a":1}')).toEqual({ status: 'unavailable' });
  });
});

function deepList(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

/** Children of this process that evaluate expressions, by their command lines. */
function expressionProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const parent = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'latin1'))?.[1];
        return parent === String(process.pid) && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('evaluate');
      } catch {
        return false; // it has ended since
      }
    })
    .map(Number);
}
