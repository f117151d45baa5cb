import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../server/schemas/json.ts';
import { anEnvironment, aProcess, useDatabase } from './support/catalogue.ts';
import { shopDocument } from './support/shop.ts';

const database = useDatabase();
let env: number;
beforeEach(() => {
  env = anEnvironment();
});

/** A document with one webhook whose body has this schema. */
function withBody(schema: unknown, { components = {}, media = {}, name = 'a.b' } = {}): JsonObject {
  const post = { requestBody: { content: { 'application/json': { schema, ...media } } } };
  return {
    openapi: '3.1.0',
    info: { title: 'T', version: '1' },
    components: { schemas: components },
    webhooks: { [name]: { post } },
  } as unknown as JsonObject;
}

function setUp() {
  const { catalogue, live, store } = aProcess(database());
  const importDocument = (document: JsonObject, dryRun = false) =>
    catalogue.importDocument(env, { document, dry_run: dryRun });
  const imported = async (document: JsonObject, name = 'a.b') => {
    await importDocument(document);
    return catalogue.get(env, name);
  };
  return { catalogue, live, store, importDocument, imported };
}

describe("importing a shop's document", () => {
  it('begins with one that is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone<Record<string, unknown>>(shopDocument));
    expect({ valid, errors, version: validator.version }).toEqual({ valid: true, errors: undefined, version: '3.1' });
  });

  it('makes a type of each webhook, and the second time changes nothing', async () => {
    const { importDocument } = setUp();
    const names = ['orders.placed', 'orders.shipped', 'stockLow', 'ping'];
    expect(await importDocument(shopDocument)).toEqual({ created: names, updated: [], unchanged: [] });
    expect(await importDocument(shopDocument)).toEqual({ created: [], updated: [], unchanged: names });
  });

  it('takes what stands in the envelope, description and examples', async () => {
    const { imported } = setUp();
    const placed = await imported(shopDocument, 'orders.placed');
    expect(placed).toMatchObject({
      description: 'A customer placed an order.',
      channel: 'orders',
      deprecated: false,
      pack: null,
      examples: [{ id: 'ord_1', total: 41.5, lines: [{ sku: 'TLP-10', quantity: 2 }] }],
    });
    expect(placed.schema).toMatchObject({ $ref: '#/$defs/Order' });
    expect(Object.keys((placed.schema as { $defs: object }).$defs).sort()).toEqual([
      'Category',
      'Line',
      'Order',
      'sku',
    ]);
  });

  it('makes schemas that stand by themselves and judge as the document means, circles included', async () => {
    const { importDocument, live } = setUp();
    await importDocument(shopDocument);
    const order = { id: 'ord_1', total: 1, lines: [{ sku: 'TLP-10', quantity: 1 }] };
    const category = (depth: number): JsonObject =>
      depth === 0 ? { name: 5 } : { name: 'n', parent: category(depth - 1) };
    expect(live.check(env, 'orders.placed', order)).toEqual([]);
    expect(live.check(env, 'orders.placed', { ...order, total: 'much' })).toEqual([
      { path: '/total', message: expect.any(String) },
    ]);
    const deep = { ...order, lines: [{ sku: 'TLP-10', quantity: 1, category: category(3) }] };
    expect(live.check(env, 'orders.placed', deep)).toEqual([
      { path: '/lines/0/category/parent/parent/parent/name', message: expect.any(String) },
    ]);
    expect(live.check(env, 'orders.placed', { ...order, lines: [{ sku: 'no', quantity: 1 }] })).toHaveLength(1);
    expect(live.check(env, 'orders.shipped', { order_id: 'ord_1' })).toHaveLength(1);
  });

  it('follows references to webhooks, bodies and examples, and takes an envelope put together by allOf', async () => {
    const { imported } = setUp();
    expect(await imported(shopDocument, 'orders.shipped')).toMatchObject({
      description: 'Handed to the carrier.',
      deprecated: true,
      schema: { type: 'object', required: ['order_id', 'carrier'] },
      examples: [{ order_id: 'ord_1', carrier: 'DHL' }],
    });
  });

  it('takes the whole body where it is no envelope, its tag for the channel where the name says none', async () => {
    const { imported, catalogue } = setUp();
    expect(await imported(shopDocument, 'stockLow')).toMatchObject({
      channel: 'stock',
      schema: { type: 'object', properties: { sku: {}, left: {} } },
      examples: [{ sku: 'TLP-10', left: 3 }],
    });
    expect(await catalogue.get(env, 'ping')).toMatchObject({ channel: 'ping', schema: null, examples: [] });
  });

  it('only says what it would do when asked to', async () => {
    const { importDocument, store } = setUp();
    expect((await importDocument(shopDocument, true)).created).toHaveLength(4);
    expect(await store.count(env)).toBe(0);
  });

  it('keeps of a type that is there what the document does not say', async () => {
    const { catalogue, importDocument, imported } = setUp();
    const there = { description: 'Mine.', channel: 'c', exclusive: true, examples: [{ n: 1 }, { n: 'one' }] };
    await catalogue.create(env, { name: 'a.b', ...there, deprecated: true });
    const after = await imported(withBody({ type: 'object', properties: { n: { type: 'integer' } } }));
    expect(after).toMatchObject({ ...there, examples: [{ n: 1 }], deprecated: false });
    expect(await importDocument(withBody({ type: 'array' }))).toMatchObject({ updated: ['a.b'] });
    expect(await catalogue.get(env, 'a.b')).toMatchObject({ examples: [] });
  });

  it('of two at once makes each type once', async () => {
    const { importDocument, store } = setUp();
    await Promise.all(Array.from({ length: 4 }, () => importDocument(shopDocument)));
    expect(await store.count(env)).toBe(4);
  });
});

describe('what OpenAPI adds to JSON Schema', () => {
  it('is left behind, and taken for nothing that has its name by chance', async () => {
    const { imported } = setUp();
    const { schema, examples } = await imported(
      withBody({
        type: 'object',
        'x-internal': true,
        externalDocs: { url: 'https://example.org' },
        example: { xml: 'text', 'x-code': 1 },
        properties: { xml: { type: 'string', xml: { name: 'X' } }, 'x-code': { type: 'integer', 'x-order': 1 } },
      }),
    );
    expect(schema).toEqual({
      type: 'object',
      properties: { xml: { type: 'string' }, 'x-code': { type: 'integer' } },
    });
    expect(examples).toEqual([{ xml: 'text', 'x-code': 1 }]);
  });

  it.each([
    ['only type and data', { type: {}, data: { type: 'integer' } }, { type: 'integer' }],
    ['with timestamp', { type: {}, timestamp: {}, data: { type: 'integer' } }, { type: 'integer' }],
    ['with more', { type: {}, data: { type: 'integer' }, id: {} }, undefined],
    ['without type', { data: { type: 'integer' } }, undefined],
  ])('an envelope is told by its members: %s', async (_name, properties, data) => {
    const { imported } = setUp();
    expect((await imported(withBody({ type: 'object', properties }))).schema).toEqual(
      data ?? { type: 'object', properties },
    );
  });

  it('takes names that two references end in apart', async () => {
    const { imported, live } = setUp();
    const components = { Price: { type: 'number' }, Offer: { properties: { Price: { type: 'string' } } } };
    await imported(
      withBody(
        {
          properties: {
            a: { $ref: '#/components/schemas/Price' },
            b: { $ref: '#/components/schemas/Offer/properties/Price' },
          },
        },
        { components },
      ),
    );
    expect(live.check(env, 'a.b', { a: 1, b: 'one' })).toEqual([]);
    expect(live.check(env, 'a.b', { a: 'one', b: 1 })).toHaveLength(2);
  });
});

/** Where the body of the webhook of `withBody` is described. */
const BODY = '/document/webhooks/a.b/post/requestBody/content/application~1json';
const circle = { A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' } };
const wide = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`p${index}`, { type: 'string' }]));
const refusals: readonly (readonly [string, JsonObject, string, RegExp])[] = [
  ['an older OpenAPI', { openapi: '3.0.3', webhooks: {} }, '/document/openapi', /3\.1/],
  ['no webhooks', { openapi: '3.1.0', paths: {} }, '/document/webhooks', /webhook/],
  ['a name no event has', withBody({}, { name: 'a b' }), '/document/webhooks/a b', /name/],
  ['a name of a path', withBody({}, { name: 'packs' }), '/document/webhooks/packs', /taken/],
  ['a webhook without operation', { openapi: '3.1.0', webhooks: { a: {} } }, '/document/webhooks/a', /post/],
  [
    'a reference to nothing',
    withBody({ properties: { x: { $ref: '#/components/schemas/None' } } }),
    `${BODY}/schema`,
    /nothing/,
  ],
  ['a reference to elsewhere', withBody({ $ref: 'https://example.org/s.json' }), `${BODY}/schema`, /this document/],
  ['a reference to a prototype', withBody({ $ref: '#/constructor' }), `${BODY}/schema`, /nothing/], // prettier-ignore
  [
    'a circle that goes into no part of the value',
    withBody({ $ref: '#/components/schemas/A' }, { components: circle }),
    `${BODY}/schema`,
    /on and on|itself/,
  ],
  ['a keyword that is none', withBody({ typo: 1 }), '/document/webhooks/a.b', /typo/],
  ['too many subschemas', withBody({ properties: wide }), `${BODY}/schema`, /1000/], // prettier-ignore
  [
    'a large schema behind a reference',
    withBody({ $ref: '#/components/schemas/L' }, { components: { L: { description: 'x'.repeat(70_000) } } }),
    `${BODY}/schema`,
    /larger/,
  ],
  [
    'an example that does not fit',
    withBody({ type: 'object' }, { media: { example: 'text' } }),
    '/document/webhooks/a.b',
    /examples\/0/,
  ],
  [
    'an example without data in an envelope',
    withBody({ properties: { type: {}, data: {} } }, { media: { example: { type: 'a.b' } } }),
    `${BODY}/examples`,
    /data/,
  ],
];

describe('a document that cannot be imported', () => {
  it.each(refusals)('is refused with its place: %s', async (_name, document, path, words) => {
    const { importDocument, store } = setUp();
    await expect(importDocument(document)).rejects.toMatchObject({
      code: 'invalid_input',
      options: { errors: [{ in: 'body', path, message: expect.stringMatching(words) }] },
    });
    expect(await store.count(env)).toBe(0);
  });

  it('stores nothing of what is good beside what is not, and names every fault', async () => {
    const { importDocument, store } = setUp();
    const webhooks = { ...(shopDocument.webhooks as JsonObject), 'bad one': { post: {} }, bad_two: {} };
    await expect(importDocument({ ...shopDocument, webhooks })).rejects.toMatchObject({
      options: { errors: [{ path: '/document/webhooks/bad one' }, { path: '/document/webhooks/bad_two' }] },
    });
    expect(await store.count(env)).toBe(0);
  });

  it('is not larger than a mebibyte', async () => {
    const { importDocument } = setUp();
    const document = { ...shopDocument, 'x-more': 'x'.repeat(1_048_576) };
    await expect(importDocument(document)).rejects.toMatchObject({ code: 'body_too_large' });
  });

  it('does not hold up the process, however many webhooks refer to a large schema', async () => {
    const { importDocument } = setUp();
    const large = { description: 'x'.repeat(900_000) };
    const post = { requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/L' } } } } };
    const webhooks = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`e${index}`, { post }]));
    let longestMs = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastMs);
      lastMs = performance.now();
    }, 1);
    const error = importDocument({ openapi: '3.1.0', components: { schemas: { L: large } }, webhooks });
    await expect(error).rejects.toMatchObject({ options: { errors: { length: 50 } } });
    clearInterval(timer);
    expect(longestMs).toBeLessThan(1_000);
  });
});
