/** `api.session` all the way: a listener in its runner process, the host, a real connection. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRunHost } from '../../server/runs/host.ts';
import { resultOf, startApp, type App as Runner } from '../listeners/support.ts';
import { aRun } from '../runs/builders.ts';
import { until } from '../support/until.ts';
import { greeted, opened, press, startSockets, told, type App } from './support.ts';

const source = `export default async (props, event, api) => [
  await api.session.set({ filter: 'paid', at: new Date(0) }),
  await api.session.navigate('/orders/1', { replace: true }),
  await api.session.toast({ text: 'Shipped.', tone: 'success' }),
  await api.session.download({ name: 'a.csv', text: 'a,b', type: 'text/csv' }),
  await api.session.navigate('javascript:alert(1)').catch((error) => error.code),
];`;

let app: App;
let runner: Runner;
beforeEach(async () => {
  app = await startSockets({ listeners: ['ship'] });
  runner = await startApp({ 'listeners/ship.ts': source });
});
afterEach(async () => {
  await app.stop();
  await runner.stop();
});

it('reaches the browser that pressed, and no other', async () => {
  app.pages.add('/', {}, { listeners: { c1: { name: 'ship', props: {} } } });
  const [client, other] = [app.client(), app.client()];
  const everything = [client, other].map((each) => [
    told(each, 'navigate'),
    told(each, 'toast'),
    told(each, 'download'),
  ]);
  await Promise.all([greeted(client), greeted(other)]);
  const { route, key } = await opened(client, '/');
  await opened(other, '/');
  await press(client, route, `${key}.c1`);
  const { connection } = app.runs[0]!;

  const run = aRun({ environment_id: 1, action: 'ship', ...(connection !== undefined && { connection }) });
  const api = createRunHost(app.sockets.methods)(run, new AbortController().signal);
  const outcome = await runner.run('ship', {}, { api });
  const delivered = { delivered: true };
  expect(resultOf(outcome)).toEqual([delivered, delivered, delivered, delivered, 'invalid_input']);
  await until('the last is told', () => everything[0]![2]!.length > 0);
  expect(everything).toEqual([
    [
      [{ to: '/orders/1', replace: true }],
      [{ text: 'Shipped.', tone: 'success' }],
      [{ name: 'a.csv', text: 'a,b', type: 'text/csv' }],
    ],
    [[], [], []],
  ]);
  expect(app.pages.watchers().map(({ state }) => state)).toEqual([
    { filter: 'paid', at: '1970-01-01T00:00:00.000Z' },
    {},
  ]);

  const manual = createRunHost(app.sockets.methods)(aRun(), new AbortController().signal);
  expect(await runner.run('ship', {}, { api: manual })).toMatchObject({ status: 'failed' });
});
