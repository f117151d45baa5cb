import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { BSON, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aMessage, aServedEngine, type Served } from '../engine-support.ts';

let served: Served;
beforeAll(async () => {
  served = await aServedEngine({ halfMessageMs: 200 });
});
afterAll(() => served.stop());

async function aSocket(): Promise<Socket> {
  const socket = connect(join(served.dataDir, 'engine.sock'));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, command: Record<string, unknown>): Promise<Record<string, unknown>> {
  socket.write(aMessage(command));
  const [reply] = (await once(socket, 'data')) as [Buffer];
  return BSON.deserialize(reply.subarray(21));
}

const modeOf = (name: string): number => statSync(join(served.dataDir, name)).mode & 0o777;

describe('a connection', () => {
  it('may say hello and nothing else before it has logged in', async () => {
    const socket = await aSocket();
    expect(await ask(socket, { hello: 1 })).toMatchObject({ ok: 1, isWritablePrimary: true, setName: 'earshot' });
    for (const command of [{ ping: 1 }, { find: 'x' }, { dropDatabase: 1 }])
      expect(await ask(socket, command)).toMatchObject({ ok: 0, code: 13, codeName: 'Unauthorized' });
    socket.destroy();
  });

  it('is refused with a wrong password, a wrong name and another mechanism', async () => {
    const url = new URL(served.url.replace('mongodb://', 'http://').replace(/@[^/]*/, '@host'));
    const host = /@([^/]*)/.exec(served.url)![1]!;
    for (const login of [`${url.username}:wrong`, `other:${url.password}`])
      await expect(
        MongoClient.connect(
          `mongodb://${login}@${host}/?directConnection=true&authSource=admin&authMechanism=SCRAM-SHA-256`,
        ),
      ).rejects.toMatchObject({ code: 18 });
    await expect(
      MongoClient.connect(`mongodb://${url.username}:x@${host}/?directConnection=true&authMechanism=SCRAM-SHA-1`),
    ).rejects.toMatchObject({ code: 334 });
  });

  it('is closed when half a message is followed by silence', async () => {
    const socket = await aSocket();
    socket.write(aMessage({ hello: 1 }).subarray(0, 30));
    await once(socket, 'close');
  });

  it.each([
    ['a length of nothing', Buffer.alloc(16)],
    ['a length beyond all bounds', Buffer.from('ffffff7f', 'hex')],
    ['an operation nobody knows', Buffer.concat([Buffer.from('10000000000000000000000001000000', 'hex')])],
  ])('is closed by %s, and the others live on', async (_what, bytes) => {
    const socket = await aSocket();
    socket.resume();
    socket.write(bytes);
    await once(socket, 'close');
    const startedAt = performance.now();
    await served.client.db('admin').command({ ping: 1 });
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('leaves files that only their owner may open', () => {
    expect(statSync(served.dataDir).mode & 0o777).toBe(0o700);
    for (const name of ['engine.sock', 'earshot.db', 'earshot.db-wal'])
      expect([name, modeOf(name)]).toEqual([name, 0o600]);
  });

  it('answers commands it does not know with CommandNotFound', async () => {
    await expect(served.client.db('x').command({ fly: 1 })).rejects.toMatchObject({
      code: 59,
      codeName: 'CommandNotFound',
    });
  });
});
