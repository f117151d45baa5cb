/** What a person sees of rows while the server's order goes on changing. */
import { describe, expect, it } from 'vitest';
import { advance, rowOf, takeOver, type Given, type LiveMode } from '../../../server/client/components/data/live.ts';
import { diffLines, folded } from '../../../server/client/components/data/diffLines.ts';
import { rowsOf, search, ancestorsOf } from '../../../server/client/components/data/jsonRows.ts';
import { parseJson, pathText, print } from '../../../server/client/components/data/jsonValue.ts';
import { scaleOf, spanText } from '../../../server/client/components/data/timeScale.ts';
import { flatTree } from '../../../server/client/components/data/treeOrder.ts';
import { layoutOf } from '../../../server/client/components/chart/flowLayout.ts';
import { drawingOf, summaryOf } from '../../../server/client/components/chart/chartData.ts';
import { nextSort, sortOf, sortText } from '../../../server/client/components/data/sort.ts';

const given = (ids: string, mode: LiveMode, question = 'q', mark = ''): Given<string> => {
  const order = ids === '' ? [] : ids.split(' ');
  return { order, rows: Object.fromEntries(order.map((id) => [id, id + mark])), mode, question };
};
const shows = (from: Given<string>, to: Given<string>) => advance(takeOver(from), to);

describe('live rows', () => {
  it('follow the server at once', () => {
    expect(shows(given('b c', 'follow'), given('a b c', 'follow'))).toMatchObject({
      order: ['a', 'b', 'c'],
      waiting: 0,
      isStale: false,
    });
  });

  it('wait behind the pill when they are buffered, while their neighbours take changes at once', () => {
    const shown = shows(given('b c', 'buffer'), given('a x b c', 'buffer', 'q', '!'));
    expect(shown).toMatchObject({ order: ['b', 'c'], waiting: 2, isStale: true });
    expect(rowOf(shown, 'b')).toBe('b!');
    expect(takeOver(shown.given).order).toEqual(['a', 'x', 'b', 'c']);
  });

  it('stay, as they were, when they left the order', () => {
    const shown = shows(given('a b c', 'buffer'), given('a c', 'buffer', 'q', '!'));
    expect(shown.order).toEqual(['a', 'b', 'c']);
    expect([...shown.gone]).toEqual([['b', 'b']]);
    expect(shown).toMatchObject({ waiting: 0, isStale: true });
    const back = advance(shown, given('a b c', 'buffer', 'q', '?'));
    expect(back.gone.size).toBe(0);
    expect(rowOf(back, 'b')).toBe('b?');
  });

  it('are added at the end, where they move nothing', () => {
    expect(shows(given('a b', 'buffer'), given('a b c d', 'buffer'))).toMatchObject({
      order: ['a', 'b', 'c', 'd'],
      waiting: 0,
      isStale: false,
    });
  });

  it('are taken over as a whole for another question, also when its answer comes later', () => {
    const asked = advance(takeOver(given('a b', 'buffer', 'one')), { ...given('a b', 'buffer', 'two') });
    expect(asked.order).toEqual(['a', 'b']);
    const first = takeOver(given('a b', 'buffer', 'one'));
    const waiting = advance(first, { ...first.given, question: 'two' });
    expect(waiting.isAwaited).toBe(true);
    expect(advance(waiting, given('x a', 'buffer', 'two'))).toMatchObject({ order: ['x', 'a'], isAwaited: false });
  });

  it('are taken over when none of those shown is left', () => {
    expect(shows(given('a b', 'buffer'), given('c d', 'buffer')).order).toEqual(['c', 'd']);
    expect(shows(given('', 'buffer'), given('c', 'buffer')).order).toEqual(['c']);
  });

  it('change not at all when they are off', () => {
    const shown = shows(given('a b', 'off'), given('x a', 'off', 'q', '!'));
    expect(shown).toMatchObject({ order: ['a', 'b'], waiting: 1, isStale: true });
    expect(rowOf(shown, 'a')).toBe('a');
  });

  it('leave out ids without a row, and ids that stand twice', () => {
    expect(takeOver({ ...given('a b', 'follow'), order: ['a', 'ghost', 'b', 'a', 'constructor'] }).order).toEqual([
      'a',
      'b',
    ]);
  });

  it('are the same object when nothing changed', () => {
    const first = takeOver(given('a b', 'buffer'));
    expect(advance(first, { ...first.given })).toBe(first);
  });
});

describe('sorting', () => {
  it.each([
    ['-total', { key: 'total', dir: 'desc' }],
    ['total', { key: 'total', dir: 'asc' }],
  ] as const)('%s', (text, sort) => {
    expect(sortOf(text)).toEqual(sort);
    expect(sortText(sort)).toBe(text);
  });

  it('goes upwards first, then the other way round', () => {
    expect(nextSort(undefined, 'total')).toEqual({ key: 'total', dir: 'asc' });
    expect(nextSort({ key: 'total', dir: 'asc' }, 'total')).toEqual({ key: 'total', dir: 'desc' });
    expect(nextSort({ key: 'name', dir: 'asc' }, 'total')).toEqual({ key: 'total', dir: 'asc' });
  });
});

describe('JSON', () => {
  it('is unfolded to a depth, and found by names and values', () => {
    const root = { id: 7, customer: { name: 'Ada', 'a/b': [1, 2] } };
    expect(rowsOf(root, (_, level) => level <= 1).map(({ id }) => id)).toEqual(['', '/id', '/customer']);
    expect(search(root, 'ada')).toEqual(['/customer/name']);
    expect(search(root, 'A/B')).toEqual(['/customer/a~1b']);
    expect(ancestorsOf('/customer/a~1b')).toEqual(['', '/customer']);
    expect(pathText(['customer', 'a/b', '1'], root)).toBe('customer["a/b"][1]');
    expect(JSON.parse(print(root))).toEqual(root);
  });

  it('that is too long or none at all is shown as text', () => {
    expect(parseJson(`"${'x'.repeat(1_000_001)}"`).status).toBe('large');
    expect(parseJson('{').status).toBe('faulty');
  });
});

describe('differences', () => {
  it('are of values, not of the order of members', () => {
    expect(diffLines({ a: 1, b: 2 }, { b: 2, a: 1 }).every(({ kind }) => kind === 'same')).toBe(true);
    const lines = diffLines({ a: 1, b: 2 }, { a: 1, b: 3, c: 4 });
    expect(lines.filter(({ kind }) => kind === 'removed').map(({ text }) => text.trim())).toEqual(['"b": 2']);
    expect(lines.filter(({ kind }) => kind === 'added').map(({ text }) => text.trim())).toEqual(['"b": 3,', '"c": 4']);
  });

  it('fold what is far from them, and lose no line', () => {
    const before = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`f${at}`, at]));
    const lines = diffLines(before, { ...before, f3: 'x' });
    const parts = folded(lines);
    expect(parts.some(({ type }) => type === 'fold')).toBe(true);
    expect(parts.flatMap((part) => part.lines)).toEqual(lines);
  });
});

describe('times', () => {
  it.each([
    [0.4, '0.4 ms'],
    [38, '38 ms'],
    [1_430, '1.43 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms is %s', (ms, text) => expect(spanText(ms)).toBe(text));

  it('put spans that overlap into lines of their own', () => {
    const span = (id: string, start: number, end: number | null) => ({ id, lane: 'x', start, end });
    const [lane] = scaleOf([span('a', 0, 10), span('b', 5, null), span('c', 10, 12)]).lanes;
    expect(lane!.lines.map((line) => line.map(({ span: { id } }) => id))).toEqual([['a', 'c'], ['b']]);
  });
});

describe('trees', () => {
  it('put children below their parents, and lose nothing but circles', () => {
    const items = {
      b: { parent: 'a' },
      a: {},
      c: { parent: 'b' },
      lost: { parent: 'nobody' },
      x: { parent: 'y' },
      y: { parent: 'x' },
    };
    const places = flatTree(Object.keys(items), items, () => true);
    expect(places.map(({ id, level }) => `${level}${id}`)).toEqual(['1a', '2b', '3c', '1lost']);
  });
});

describe('maps', () => {
  const node = (id: string, column: string) => ({ id, column, title: id });

  it('keep each node in its column, and untangle the lines', () => {
    const { placed, edges } = layoutOf({
      columns: [
        { id: 'in', title: '' },
        { id: 'out', title: '' },
      ],
      nodes: [node('a', 'in'), node('b', 'in'), node('x', 'out'), node('y', 'out'), node('z', 'nowhere')],
      edges: [
        { from: 'a', to: 'y' },
        { from: 'b', to: 'x' },
        { from: 'a', to: 'ghost' },
      ],
    });
    expect(placed.has('z')).toBe(false);
    expect(edges).toHaveLength(2);
    expect(placed.get('a')!.row).toBe(placed.get('y')!.row);
    expect(placed.get('b')!.row).toBe(placed.get('x')!.row);
  });
});

describe('charts', () => {
  const chart = {
    _type: 'chart',
    kind: 'line',
    x: ['2026-03-21T00:00:00Z', '2026-03-21T01:00:00Z'],
    series: [],
  } as const;

  it('know times from labels', () => {
    expect(drawingOf({ ...chart, x: [...chart.x], series: [] }).isTime).toBe(true);
    expect(drawingOf({ ...chart, x: ['Germany', 'France'], series: [] }).isTime).toBe(false);
    expect(drawingOf({ ...chart, kind: 'bar', x: [...chart.x], series: [] }).isTime).toBe(false);
  });

  it('say in words what they show, gaps left out', () => {
    const drawing = drawingOf({ ...chart, x: ['a', 'b', 'c'], series: [{ name: 'Paid', values: [4, null, 9] }] });
    expect(summaryOf(drawing, '€')).toBe('Line chart. Paid: 4 € at a, 9 € at c, least 4 €, most 9 € at c');
  });
});
