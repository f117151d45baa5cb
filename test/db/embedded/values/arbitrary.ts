/** Random BSON values of every type, with the corners that break engines: equal numbers of different types, near numbers, odd strings. */
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import fc from 'fast-check';
import { DbPointer, DistantDate, UNDEFINED } from '../../../../server/db/embedded/values/legacy.ts';

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const objectId = bytes(12).map((b) => new ObjectId(b));

const integer = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const decimalText = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '0E+10',
    '1',
    '1.0',
    '1.00',
    '0.1',
    '0.5',
    'NaN',
    'Infinity',
    '-Infinity',
    '1E+6144',
    '1E-6176',
  ),
  fc.constantFrom(
    '9007199254740993',
    '9007199254740993.0',
    '9223372036854775807',
    '1E+400',
    '-1E+400',
    '1E-400',
    '-1E-400',
  ),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 34n) + 1n, max: 10n ** 34n - 1n }), fc.integer({ min: -60, max: 60 }))
    .map(([c, e]) => `${c}E${e}`),
  fc.tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -3, max: 3 })).map(([c, e]) => `${c}E${e}`),
);
export const anyNumber: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer().map((n) => new Int32(n)),
  fc.integer({ min: -3, max: 3 }).map((n) => new Int32(n)),
  fc.double().map((n) => new Double(n)),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 0.1, 0.5, 1, 2 ** 53, 2 ** 63, 5e-324).map((n) => new Double(n)),
  integer.map((n) => Long.fromBigInt(n)),
  decimalText.map((t) => Decimal128.fromString(t)),
);

export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('', '\0', 'a', 'a\0', 'a\0b', 'ab', 'é', '\uffff', '😀', '\u{10ffff}', 'a\u0001'),
);
const anyName = anyText.map((t) => t.replaceAll('\0', '') || 'k').filter((t) => !/^\d+$/.test(t));

const anyDate = fc.oneof(
  fc.integer({ min: -8.64e15, max: 8.64e15 }).map((ms) => new Date(ms)),
  fc.constantFrom(0, -1, 1, 8.64e15, -8.64e15).map((ms) => new Date(ms)),
  fc.bigInt({ min: 8_640_000_000_000_001n, max: 2n ** 63n - 1n }).map((ms) => new DistantDate(ms)),
  fc.bigInt({ min: -(2n ** 63n), max: -8_640_000_000_000_001n }).map((ms) => new DistantDate(ms)),
);

const regex = fc
  .tuple(fc.constantFrom('a', 'ab', '^x/y', ''), fc.constantFrom('', 'i', 'im'))
  .map(([p, o]) => new BSONRegExp(p, o));

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: anyNumber },
  { weight: 4, arbitrary: anyText },
  fc.constantFrom(null, true, false, UNDEFINED, new MinKey(), new MaxKey()),
  anyText.map((t) => new BSONSymbol(t)),
  objectId,
  anyDate,
  fc.tuple(fc.uint8Array({ maxLength: 4 }), fc.constantFrom(0, 4, 128)).map(([b, t]) => new Binary(b, t)),
  bytes(8).map((b) => new Timestamp(Buffer.from(b).readBigUInt64BE())),
  regex,
  anyText.map((t) => new Code(t)),
  fc.tuple(anyText, anyNumber).map(([t, n]) => new Code(t, { n })),
  fc.tuple(anyText, objectId).map(([t, id]) => new DbPointer(t, id)),
);

export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; doc: unknown; array: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, depthIdentifier: 'v' }, scalar, tie('doc'), tie('array')),
  doc: fc
    .array(
      fc.tuple(fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', '_bsontype'), anyName), tie('value')),
      {
        maxLength: 3,
        depthIdentifier: 'v',
      },
    )
    .map((fields) => docOf(fields)),
  array: fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'v' }),
})).value;

export const anyDoc: fc.Arbitrary<Record<string, unknown>> = fc
  .array(fc.tuple(anyName, anyValue), { maxLength: 5 })
  .map((fields) => docOf(fields));

function docOf(fields: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const doc: Record<string, unknown> = {};
  for (const [key, value] of fields) {
    Object.defineProperty(doc, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return doc;
}
