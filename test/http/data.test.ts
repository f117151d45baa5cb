import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { Access } from '../../server/schemas/token.ts';
import { testAccess, testApp } from './support/app.ts';
import { fakeData, TRANSACTION_ID } from './support/data.ts';

const noPage = () => Promise.resolve({ items: [], next: null });

/** The surface, what its calls were made with, and a token `txn` that is the token of a transaction. */
function watched() {
  const seen: { access: Access; given: unknown }[] = [];
  const data = {
    ...fakeData(noPage),
    find: (access: Access, _coll: string, given: object) => {
      seen.push({ access, given });
      return Promise.resolve([]);
    },
  };
  const authenticate = (token: string) =>
    Promise.resolve(
      token === 'txn' ? { ...testAccess('production-write')!, transaction: TRANSACTION_ID } : testAccess(token),
    );
  const { app } = testApp({ deps: { data }, authenticate });
  const find = (token = 'production-read') =>
    request(app).post('/app/colls/orders/docs/find').set('authorization', `Bearer ${token}`);
  return { app, seen, find };
}

describe('a request that is part of a transaction', () => {
  it.each([
    ['names it in a header', 'production-read', TRANSACTION_ID, TRANSACTION_ID],
    ['brings its token', 'txn', undefined, TRANSACTION_ID],
    ['does both', 'txn', TRANSACTION_ID, TRANSACTION_ID],
    ['or does neither', 'production-read', undefined, undefined],
  ])('%s', async (_name, token, header, transaction) => {
    const { seen, find } = watched();
    const call = find(token);
    if (header !== undefined) call.set('x-transaction', header);
    expect((await call.send({})).status).toBe(200);
    expect(seen[0]?.access.transaction).toBe(transaction);
  });

  it('names one only', async () => {
    const { find } = watched();
    const other = await find('txn').set('x-transaction', 'txn_other').send({});
    expect(other.body).toMatchObject({ code: 'invalid_input', errors: [{ in: 'header', path: '/x-transaction' }] });
    const twice = await find()
      .set('x-transaction', ['a', 'b'] as never)
      .send({});
    expect(twice.body).toMatchObject({ status: 400, code: 'duplicate_header' });
  });

  it('is about documents', async () => {
    const { app } = watched();
    for (const path of ['/app/webhooks', '/app/tokens', '/app/colls', '/health/ready', '/metrics']) {
      const { status } = await request(app).get(path).set('authorization', 'Bearer txn');
      expect([path, status]).toEqual([path, path === '/health/ready' ? 200 : 403]);
    }
  });
});

describe('a body about documents', () => {
  it('reaches the data API with all its keys', async () => {
    const { seen, find } = watched();
    const text = '{"query":{"__proto__":{"a":1},"constructor":{"prototype":{}}}}';
    await find().set('content-type', 'application/json').send(text);
    expect(JSON.stringify(seen[0]?.given)).toContain(text.slice(1, -1));
  });

  it('may be left out of a find', async () => {
    const { seen, find } = watched();
    expect((await find()).body).toEqual([]);
    expect(seen[0]?.given).toEqual({});
  });
});
