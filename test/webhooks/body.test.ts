import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEventBody, readEvent } from '../../server/webhooks/body.ts';
import { parseMediaType } from '../../server/webhooks/mediaType.ts';

const parse = (type: string | undefined, body: string | Uint8Array) => {
  const { kind, value } = parseEventBody(type, Buffer.from(body));
  return { kind, value };
};
const fails = (code: string, words = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) }) as Error;
const notUtf8 = Buffer.from([0x22, 0xc3, 0x28, 0x22]);

describe('parseEventBody', () => {
  it.each<[string | undefined, string | Uint8Array, string, unknown]>([
    ['application/json', '{"a":[1,"é"]}', 'json', { a: [1, 'é'] }],
    ['Application/JSON ; Charset="UTF-8"', '[1]', 'json', [1]],
    ['application/json', '"text"', 'json', 'text'],
    ['application/json', 'null', 'json', null],
    ['application/json', '\ufeff{"a":1}', 'json', { a: 1 }],
    ['application/cloudevents+json; charset=utf8', '{"a":1}', 'json', { a: 1 }],
    ['application/x-www-form-urlencoded', 'a=1&b=x+y%21&a=2&a=3', 'form', { a: ['1', '2', '3'], b: 'x y!' }],
    ['text/plain', 'grüße', 'text', 'grüße'],
    ['text/csv; header=present', 'a,b', 'text', 'a,b'],
    ['application/xml', '<a/>', 'text', '<a/>'],
    ['application/soap+xml; charset=utf-8; action="urn:x"', '<a/>', 'text', '<a/>'],
    ['image/png', Buffer.from([0x89, 0x50]), 'base64', 'iVA='],
    ['application/octet-stream', '{"a":1}', 'base64', 'eyJhIjoxfQ=='],
    ['multipart/form-data; boundary=x', '--x--', 'base64', 'LS14LS0='],
    ['application/octet-stream; charset=utf-7', 'x', 'base64', 'eA=='],
    [undefined, '{"a":1}', 'text', '{"a":1}'],
    ['', 'x', 'text', 'x'],
    [undefined, notUtf8, 'base64', notUtf8.toString('base64')],
    ['application/json', '', 'none', {}],
    [undefined, '', 'none', {}],
  ])('of type %j reads %j as %s', (type, body, kind, value) => {
    expect(parse(type, body)).toEqual({ kind, value });
  });

  it.each([
    ['application/json; charset=utf-7'],
    ['application/json; charset=iso-8859-1'],
    ['application/json; charset=""'],
    ['text/plain; charset=latin1'],
    ['application/x-www-form-urlencoded; charset=utf-16'],
    ['application/json, text/plain'],
    ['application/json; charset=utf-8, text/plain'],
    ['application/json; charset=utf-8; charset=utf-7'],
    ['json'],
    ['application/'],
    ['/json'],
    ['application/json; charset'],
    ['application/json charset=utf-8'],
    ['application json'],
    [`application/json; x="${'a'.repeat(600)}"`],
  ])('refuses the type %j', (type) => {
    expect(() => parse(type, '{}')).toThrow(fails('unsupported_media_type'));
  });

  it('refuses a Content-Type that came twice', () => {
    expect(() => parseEventBody(['application/json', 'application/json'], Buffer.from('{}'))).toThrow(
      fails('unsupported_media_type'),
    );
    expect(parseEventBody(['application/json'], Buffer.from('{}')).kind).toBe('json');
  });

  it.each<[string | Uint8Array, RegExp]>([
    ['{"a":1,}', /unexpected "}" at position 7 \(line 1, column 8\)/],
    ['{\n  "a": tru\n}', /unexpected "\\n" at position 12 \(line 2, column 11\)/],
    ['{"a":1', /ends too early, after 6 characters/],
    ['{"a":1}x', /unexpected "x" at position 7/],
    ["{'a':1}", /unexpected "'" at position 1/],
    ['undefined', /position 0/],
    [' ', /ends too early/],
    ['\u00a01', /position 0/],
    ['"\\ud"', /position 4/],
    ['[01]', /position 2/],
    ['1e999', /larger than a double/],
    ['{"a":[-1E400]}', /larger than a double/],
    [`[${'9'.repeat(400)}]`, /larger than a double/],
    [notUtf8, /not UTF-8/],
  ])('refuses %j as JSON and says why', (body, words) => {
    expect(() => parse('application/json', body)).toThrow(fails('malformed_json', words));
  });

  it('says the same position as JSON.parse where that says one', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.constantFrom('', ',', '}', ']', 'x', '"', ':', '\\', '1', '\n'),
        (text, at, put) => {
          const i = at % (text.length + 1);
          const spoiled = text.slice(0, i) + put + text.slice(i + 1);
          let message = '';
          try {
            JSON.parse(spoiled);
            return;
          } catch (error) {
            message = (error as Error).message;
          }
          const theirs = /position (\d+)/.exec(message)?.[1];
          const ours = /position (\d+)|after (\d+) characters/.exec(
            String(caught(() => parse('application/json', spoiled || ' '))),
          );
          expect(ours).not.toBeNull();
          // V8 points at the start of a word or the end of a number where the first wrong character is inside it.
          if (theirs !== undefined)
            expect(Math.abs(Number(ours![1] ?? ours![2]) - Number(theirs))).toBeLessThanOrEqual(6);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses depth, width and size before anything is parsed', () => {
    const start = performance.now();
    expect(() => parse('application/json', '['.repeat(1 << 20))).toThrow(fails('too_deep'));
    expect(() => parse('application/json', `[${'0,'.repeat(100_000)}0]`)).toThrow(fails('too_deep'));
    expect(() => parse('application/x-www-form-urlencoded', 'a&'.repeat(10_000))).toThrow(
      fails('too_deep', /10000 fields/),
    );
    expect(parse('application/x-www-form-urlencoded', 'a&'.repeat(9_999)).kind).toBe('form');
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it.each([
    ['application/json', '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}'],
    ['application/json', '{"\\u005f_proto__":{"x":1}}'],
    ['application/x-www-form-urlencoded', '__proto__=1&__proto__=2&__proto__[x]=1&constructor=2'],
  ])('keeps special names of %s as plain members: %s', (type, body) => {
    const { value } = parse(type, body);
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('keeps the last of two equal keys', () => {
    expect(parse('application/json', '{"a":1,"a":2}').value).toEqual({ a: 2 });
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])(
    'refuses %s that is no UTF-8',
    (type) => {
      expect(() => parse(type, notUtf8)).toThrow(fails('malformed_body'));
    },
  );

  it('reads any JSON value, and reads it again from the stored bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = Buffer.from(JSON.stringify(value));
        const parsed = parseEventBody('application/json', bytes);
        expect(parsed.value).toEqual(JSON.parse(bytes.toString()));
        expect(readEvent(parsed.kind, bytes)).toEqual(parsed.value);
      }),
    );
  });

  it('loses no byte of what is not text', () => {
    const bytes = randomBytes(1_000);
    const { kind, value } = parse('application/pdf', bytes);
    expect(kind).toBe('base64');
    expect(Buffer.from(value as string, 'base64').equals(bytes)).toBe(true);
  });

  it('reads stored bytes that came back as a view into a larger buffer', () => {
    const whole = Buffer.from('xx{"a":1}xx');
    expect(readEvent('json', new Uint8Array(whole.buffer, whole.byteOffset + 2, 7))).toEqual({ a: 1 });
  });

  it('works the value out once', () => {
    const body = parseEventBody('application/x-www-form-urlencoded', Buffer.from('a=1'));
    expect(body.value).toBe(body.value);
  });
});

describe('parseMediaType', () => {
  it('ends on any header', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseMediaType(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'unsupported_media_type' });
        }
      }),
    );
  });
});

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
