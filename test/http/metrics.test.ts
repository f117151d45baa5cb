import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../server/http/metrics.ts';
import { testApp } from './support/app.ts';

describe('metrics', () => {
  it('count requests by the pattern of their route', async () => {
    const server = testApp();
    await request(server.app).get('/health/live').set('host', 'localhost');
    await request(server.app).get('/somewhere/else').set('host', 'localhost');
    await expect
      .poll(() => server.metrics.read())
      .toContain('earshot_http_request_duration_seconds_count{route="(none)",method="GET",status="404"} 1');
    expect(await server.metrics.read()).toContain(
      'earshot_http_request_duration_seconds_count{route="/health/live",method="GET",status="200"} 1',
    );
  });

  it('ask their sources when they are read, once for both figures of the queue', async () => {
    let asked = 0;
    const metrics = createMetrics({
      queue: () => {
        asked++;
        return [{ environment: 'production', depth: 7, oldestDueMs: 1_500 }];
      },
      engineCommits: () => Promise.resolve(3),
      runnerRestarts: () => 2,
    });
    const text = await metrics.read();
    expect(text).toContain('earshot_queue_depth{environment="production"} 7');
    expect(text).toContain('earshot_queue_oldest_due_seconds{environment="production"} 1.5');
    expect(text).toContain('earshot_engine_commits_total 3');
    expect(text).toContain('earshot_runner_restarts_total 2');
    expect(asked).toBe(1);
    expect(await metrics.read()).toContain('earshot_engine_commits_total 3');
  });

  it('drop a queue that is no longer reported', async () => {
    let readings = [{ environment: 'sandbox', depth: 4, oldestDueMs: 0 } as const].slice();
    const metrics = createMetrics({ queue: () => readings });
    expect(await metrics.read()).toContain('earshot_queue_depth{environment="sandbox"} 4');
    readings = [];
    expect(await metrics.read()).not.toContain('environment="sandbox"');
  });

  it('show a token the runs of its own environment only', async () => {
    const server = testApp();
    server.metrics.runChanged({ environment: 'production', listener: 'a', status: 'succeeded', durationMs: 20 });
    server.metrics.runChanged({ environment: 'sandbox', listener: 'b', status: 'dead' });
    const read = (token: string) =>
      request(server.app)
        .get('/metrics')
        .set({ host: 'localhost', authorization: `Bearer ${token}` });
    const production = (await read('production-read')).text;
    expect(production).toContain('earshot_runs_total{environment="production",listener="a",status="succeeded"} 1');
    expect(production).toContain('earshot_run_duration_seconds_count{environment="production"');
    expect(production).not.toContain('sandbox');
    expect((await read('sandbox-read')).text).not.toContain('production');
  });

  it.each([
    ['from this machine', {}, 200],
    ['through a proxy', { 'x-forwarded-for': '9.9.9.9' }, 401],
    ['with a bad token', { authorization: 'Bearer nothing' }, 401],
    ['under another name', { host: 'hooks.test' }, 401],
  ])('are open %s: %j → %i', async (_name, headers, status) => {
    const { app } = testApp({ allowedHosts: ['hooks.test'] });
    const answer = await request(app)
      .get('/metrics')
      .set({ host: 'localhost:4000', ...headers });
    expect(answer.status).toBe(status);
  });

  it('are closed to loopback where a public URL is set, for a proxy may stand there without a word', async () => {
    const answer = await request(testApp({ publicUrl: 'https://hooks.test' }).app)
      .get('/metrics')
      .set('host', 'localhost');
    expect(answer.status).toBe(401);
  });
});

describe('health', () => {
  it.each([
    [{}, 200, { database: 'ok', server: 'ok' }],
    [{ pingDatabase: () => Promise.reject(new Error('away')) }, 503, { database: 'away', server: 'ok' }],
    [{ isStopping: () => true }, 503, { database: 'ok', server: 'stopping' }],
  ])('readiness with %j is %i', async (deps, status, checks) => {
    const { app } = testApp({ deps });
    const ready = await request(app).get('/health/ready').set('host', 'localhost');
    expect(ready.status).toBe(status);
    expect(ready.body.checks).toEqual(checks);
    expect((await request(app).get('/health/live').set('host', 'localhost')).status).toBe(200);
  });
});

describe('what is live', () => {
  it('is asked for when it is read', async () => {
    let openRoutes = 2;
    const metrics = createMetrics();
    metrics.showLive(() => ({ connections: 3, openRoutes }));
    expect(await metrics.read()).toMatch(/^earshot_live_connections 3$/m);
    openRoutes = 7;
    expect(await metrics.read()).toMatch(/^earshot_live_routes 7$/m);
  });
});
