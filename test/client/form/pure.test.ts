/** What inputs decide without a browser: faults, the value of a form, moments and zones, where JSON ends. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../../server/client/components/form/check.ts';
import { faultsByName, gather, pathOf, valueAt } from '../../../server/client/components/form/gather.ts';
import { readJson } from '../../../server/client/components/form/jsonText.ts';
import { momentOf, wallOf } from '../../../server/client/components/form/zone.ts';

describe('faultOf', () => {
  it.each([
    [{ _type: 'textfield', required: true }, '', 'This is needed.'],
    [{ _type: 'textfield', required: true }, ' ', undefined],
    [{ _type: 'textfield', minLength: 3 }, '', undefined],
    [{ _type: 'textfield', minLength: 2 }, '😀', 'At least 2 characters; here are 1.'],
    [{ _type: 'textfield', maxLength: 1 }, '😀', undefined],
    [{ _type: 'textfield', pattern: '^a+$' }, 'ab', 'Expected a text that matches ^a+$.'],
    [{ _type: 'textfield', pattern: '(' }, 'ab', undefined],
    [{ _type: 'textfield', format: 'uri' }, 'example.com', 'Expected an address, such as https://example.com.'],
    [{ _type: 'number_field', min: 1 }, 0, 'Expected at least 1.'],
    [{ _type: 'number_field', exclusiveMax: 1 }, 1, 'Expected less than 1.'],
    [{ _type: 'number_field', integer: true }, 1.5, 'Expected a whole number.'],
    [{ _type: 'number_field', multipleOf: 5 }, 12, 'Expected a multiple of 5.'],
    [{ _type: 'number_field', required: true }, 0, undefined],
    [{ _type: 'checkbox', required: true }, false, 'This has to be ticked.'],
    [{ _type: 'select', required: true }, null, 'Choose one.'],
    [{ _type: 'select', required: true }, false, undefined],
    [{ _type: 'tags', minItems: 1 }, [], 'At least 1 entry.'],
    [{ _type: 'tags', minItems: 1, whenEmpty: 'omit' }, [], undefined],
    [{ _type: 'tags', maxLength: 2 }, ['abc'], '“abc”: At most 2 characters; here are 3.'],
    [{ _type: 'date_time', mode: 'date', min: '2026-01-01' }, '2025-12-31', 'Not before 2026-01-01.'],
    [{ _type: 'date_time' }, '+012026-01-01T00:00:00.000Z', 'Expected a day within the years 0001 to 9999.'],
  ])('of %j with %j: %s', (node, value, fault) => {
    expect(faultOf(node, value)).toBe(fault);
  });
});

describe('gather', () => {
  const fields = (...names: string[]) => new Map(names.map((name) => [name, {}]));

  it('nests dotted names, below what is given as a whole', () => {
    const values = { 'a.b': 1, 'a.c.d': 2, a: { x: 0 }, 'e\\.f': 3 };
    expect(gather(fields('a.b', 'a.c.d', 'a', 'e\\.f'), values)).toEqual({ a: { x: 0, b: 1, c: { d: 2 } }, 'e.f': 3 });
    expect(values.a).toEqual({ x: 0 });
  });

  it('leaves out, or makes null, what is empty', () => {
    const all = new Map([
      ['a', { whenEmpty: 'omit' }],
      ['b', { whenEmpty: 'null' }],
      ['c', {}],
      ['d', { whenEmpty: 'omit' }],
    ] as const);
    expect(gather(all, { a: '', b: [], c: '', d: false })).toEqual({ b: null, c: '', d: false });
  });

  it('reaches into no prototype', () => {
    const names = ['__proto__.polluted', 'constructor.prototype.polluted', 'a.__proto__.polluted', 'ok'];
    const value = gather(fields(...names), Object.fromEntries(names.map((name) => [name, 'x'])));
    expect(value).toEqual({ ok: 'x' });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('is undone by valueAt, whatever the names', () => {
    const name = fc.array(fc.stringMatching(/^[a-z.\\]{1,4}$/), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(name, (path) => {
        const written = path.map((step) => step.replace(/[\\.]/g, '\\$&')).join('.');
        expect(pathOf(written)).toEqual(path);
        expect(valueAt(gather(fields(written), { [written]: 1 }), written)).toBe(1);
      }),
    );
  });

  it('finds the fields that the server’s faults mean', () => {
    const faults = ['/value/customer/email', '/tags/0', '/elsewhere'].map((path) => ({ path, message: path }));
    expect(faultsByName(faults, ['customer.email', 'tags'])).toEqual({
      byName: { 'customer.email': '/value/customer/email', tags: '/tags/0' },
      others: ['/elsewhere'],
    });
  });
});

describe('moments', () => {
  it.each([
    ['2026-03-01T13:30:00.000Z', 'Europe/Paris', '2026-03-01T14:30'],
    ['2026-07-01T00:00:05.000Z', 'America/New_York', '2026-06-30T20:00:05'],
    ['2026-01-01T00:00:00.000Z', 'Asia/Kathmandu', '2026-01-01T05:45'],
  ])('%s in %s is %s, and back', (iso, zone, wall) => {
    expect(wallOf(iso, zone)).toBe(wall);
    expect(momentOf(wall, zone)).toBe(iso);
  });

  it('of a wall that shows an hour twice the first, of one that skips it an hour on', () => {
    expect(momentOf('2026-10-25T02:30', 'Europe/Paris')).toBe('2026-10-25T00:30:00.000Z');
    expect(momentOf('2026-03-29T02:30', 'Europe/Paris')).toBe('2026-03-29T01:30:00.000Z');
  });

  it('come back from the wall the same, wherever the clock does not run twice', () => {
    const zones = ['UTC', 'Europe/Paris', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Kiritimati'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2000, 0, 1) / 60_000, max: Date.UTC(2040, 0, 1) / 60_000 }),
        (zone, minutes) => {
          const wall = wallOf(new Date(minutes * 60_000).toISOString(), zone);
          expect(wallOf(momentOf(wall, zone)!, zone)).toBe(wall);
        },
      ),
    );
  });

  it('of what is neither are none', () => {
    expect(wallOf('soon', 'UTC')).toBe('');
    expect(wallOf('2026-03-01T13:30:00.000Z', 'Mars/Olympus')).toBe('');
    expect(momentOf('', 'UTC')).toBeUndefined();
  });
});

describe('readJson', () => {
  it.each([
    ['{"a": oops}', 6],
    ['{"a": 1,}', 8],
    ['[1, 2', 5],
    ['[1 2]', 3],
    ['01', 1],
    ["{'a': 1}", 1],
    ['{"a": "x\ny"}', 6],
    ['[]]', 2],
    ['{"a" 1}', 5],
  ])('%j stops being JSON at %i', (text, at) => {
    expect(readJson(text)).toMatchObject({ ok: false, at });
  });

  it('counts lines and columns from one', () => {
    expect(readJson('{\n  "a": oops\n}')).toMatchObject({ message: 'Not JSON at line 2, column 8.' });
  });

  it('names a place within the text for whatever is cut off', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value, null, 1);
        const part = text.slice(0, cut % (text.length + 1));
        const read = readJson(part);
        expect(read.ok || (read.at >= 0 && read.at <= part.length)).toBe(true);
        expect(readJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });
});
