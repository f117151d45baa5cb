import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryShapes } from './fixtures/memory.ts';
import { codeOf, lagDuring, startApp, type App } from './support.ts';

let app: App;

beforeAll(async () => {
  const sources = Object.entries(memoryShapes).map(([name, source]) => [`listeners/${name}.ts`, source]);
  app = await startApp({
    ...Object.fromEntries(sources),
    'listeners/neighbour.ts': `export default async function () { await new Promise((r) => setTimeout(r, 50)); return 'well'; }\n`,
  });
});
afterAll(() => app.stop());

describe('a listener that runs out of memory', () => {
  it('fails alone as out_of_memory, whatever the shape, and the server does not notice', async () => {
    const names = Object.keys(memoryShapes);
    const { value, p99Ms } = await lagDuring(() =>
      Promise.all(
        names.map(async (name) => {
          const [shape, neighbour] = await Promise.all([
            app.run(name, { memoryMb: 32, timeoutMs: 60_000 }),
            app.run('neighbour'),
          ]);
          return [name, codeOf(shape), codeOf(neighbour)];
        }),
      ),
    );
    expect(value).toEqual(names.map((name) => [name, 'out_of_memory', 'succeeded']));
    expect(p99Ms).toBeLessThan(100);
    expect(app.pool.stats()).toMatchObject({ runners: 1, inFlight: 0, quarantined: 0 });
  }, 120_000);
});
