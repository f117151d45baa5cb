/**
 * The whole loop in a real browser: a webhook from outside changes data, pages show it without a reload; a press in one
 * browser is seen in another; the way between may be cut and mended; and what a person is typing stays.
 */
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { remove, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const WAIT = { timeout: 20_000 };

let server: TestServer;
/** Another site, whose page is the one of the README. */
let site: HttpServer;
let browser: Browser;
let context: BrowserContext;
let hook: { url: string };
let faults: string[] = [];
let orders = 0;

beforeAll(async () => {
  site = await startSite();
  server = await startServer({
    env: { LISTENERS_DIR: `${ROOT}/listeners`, VIEWS_DIR: `${ROOT}/views`, ALLOWED_ORIGINS: urlOf(site) },
  });
  browser = await launchBrowser();
  hook = await server.hook('payments.paid', {}, server.tokens.production);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await remove(server);
  site.close();
});
beforeEach(async () => {
  faults = [];
  context = await browser.newContext();
});
afterEach(() => context.close());

/** A payment as the provider tells it; gives what the shop calls the order. */
async function pay(amount = 4900): Promise<string> {
  const reference = `order-${String(++orders)}`;
  const id = `pi_${String(orders)}`;
  const event = {
    id: `evt_${id}`,
    type: 'payment_intent.succeeded',
    created: 1_700_000_000 + orders,
    livemode: true,
    data: { object: { id, amount_received: amount, currency: 'eur', metadata: { order_id: reference } } },
  };
  const response = await fetch(hook.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  expect(response.status).toBe(202);
  return reference;
}

async function open(path: string, base = server.url, from = context): Promise<Page> {
  const page = await from.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('WebSocket')) faults.push(message.text());
  });
  await page.goto(base + path);
  await page.getByRole('heading', { level: 1 }).waitFor(WAIT);
  return page;
}

const rowOf = (page: Page, reference: string) => page.getByRole('row').filter({ hasText: reference });

describe('a page', () => {
  it('shows what a webhook brings in without a reload', async () => {
    const page = await open('/orders');
    const marked = await page.evaluate(() => ((globalThis as { mark?: number }).mark = 7));
    const reference = await pay(12_345);
    await rowOf(page, reference).waitFor(WAIT);
    expect(await rowOf(page, reference).textContent()).toMatch(/123[.,]45/);
    expect(await page.evaluate(() => (globalThis as { mark?: number }).mark)).toBe(marked);
    expect(faults).toEqual([]);
  });

  it('shows in a second browser what a press in the first has changed', async () => {
    const reference = await pay();
    const elsewhere = await browser.newContext();
    const [mine, theirs] = [await open('/orders'), await open('/orders', server.url, elsewhere)];
    await rowOf(theirs, reference).waitFor(WAIT);
    await rowOf(mine, reference).getByRole('button', { name: 'Ship' }).click();
    await rowOf(theirs, reference).getByText('Shipped').waitFor(WAIT);
    await rowOf(mine, reference).getByText('Shipped').waitFor(WAIT);
    const { body } = await server.api('GET', '/app/runs?action=orders.ship', undefined, server.tokens.production);
    expect(body.data).toMatchObject([{ status: 'succeeded', trigger: { type: 'view' } }]);
    await elsewhere.close();
    expect(faults).toEqual([]);
  });

  it('keeps its filter through a reload and the back button', async () => {
    const reference = await pay();
    const page = await open('/orders?status=pending');
    await page.getByText('No order matches').waitFor(WAIT);
    await page.reload();
    await page.getByText('No order matches').waitFor(WAIT);
    await page.getByRole('link', { name: 'Show all' }).click();
    await rowOf(page, reference).waitFor(WAIT);
    await page.goBack();
    await page.getByText('No order matches').waitFor(WAIT);
    expect(new URL(page.url()).search).toBe('?status=pending');
  });

  it('keeps what a person is typing, and the focus, while patches arrive', async () => {
    const reference = await pay();
    const list = await open('/orders');
    await rowOf(list, reference).getByRole('link', { name: reference }).click();
    const note = list.getByRole('textbox', { name: /next person/ });
    await note.click();
    await note.pressSequentially('half a ');
    const { body } = await server.api(
      'POST',
      '/app/colls/orders/updateMany',
      { filter: { reference }, update: { $set: { amount: 77_700, note: 'from elsewhere' } } },
      server.tokens.production,
    );
    expect(body).toMatchObject({ modified: 1 });
    await list.getByText(/777[.,]00/).waitFor(WAIT);
    await list.keyboard.type('sentence');
    expect(await note.inputValue()).toBe('half a sentence');
    await list.getByRole('button', { name: 'Save note' }).click();
    await until('the note to be kept', async () => {
      const found = await server.api(
        'POST',
        '/app/colls/orders/docs/find',
        { query: { reference } },
        server.tokens.production,
      );
      return found.body[0].note === 'half a sentence';
    });
    expect(faults).toEqual([]);
  });

  it('makes an order with a form, and leads to it', async () => {
    const page = await open('/orders/new');
    await page.getByRole('textbox', { name: /e-mail/ }).fill('jo@example.com');
    await page.getByRole('textbox', { name: /Amount/ }).fill('12.5');
    await page.getByRole('button', { name: 'Create order' }).click();
    await page.waitForURL(/\/orders\/manual/, WAIT);
    await page.getByText(/12[.,]50/).waitFor(WAIT);
    expect(faults).toEqual([]);
  });

  it('says what is not there, in words and with the status', async () => {
    const response = await fetch(`${server.url}/nowhere`, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(404);
    const page = await context.newPage();
    await page.goto(`${server.url}/nowhere`);
    await page.getByRole('heading', { level: 1 }).waitFor(WAIT);
  });

  it('goes without a serious finding of axe, and without sideways scrolling on a phone', async () => {
    await pay();
    for (const path of ['/', '/orders', '/orders/new', '/repositories', '/issues']) {
      const page = await open(path);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.evaluate(axe.source);
      const found = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
        return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id);
      });
      expect(found, path).toEqual([]);
      const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      expect((widths as number[])[0], path).toBeLessThanOrEqual((widths as number[])[1]!);
      await page.close();
    }
    expect(faults).toEqual([]);
  });
});

describe('the page of another site', () => {
  it('as the README shows it, follows a JSON route, and runs what stands in it', async () => {
    const event = (id: string) => ({
      id: `evt_${id}`,
      type: 'payment_intent.succeeded',
      created: 1_700_000_000,
      data: { object: { id, amount_received: 100, currency: 'eur' } },
    });
    const sandbox = await server.hook('payments.paid', {});
    const post = (id: string) =>
      server.send(new URL(sandbox.url as string).pathname, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event(id)),
      });
    await post('pi_one');
    const page = await context.newPage();
    await page.goto(urlOf(site));
    await page.getByText('stripe:pi_one: paid').waitFor(WAIT);
    await post('pi_two');
    await page.getByText('stripe:pi_two: paid').waitFor(WAIT);
    await page.getByText('stripe:pi_one: paid').click();
    await page.getByText('stripe:pi_one: shipped').waitFor(WAIT);
  });

  it('is not let in from where nobody has said so', async () => {
    const page = await context.newPage();
    const other = await startSite();
    await page.goto(urlOf(other));
    const refused = await page.evaluate(
      `import('${server.url}/sdk.js').then(({ connect }) => new Promise((resolve) => {
        const app = connect('${server.url}');
        app.onState((state) => JSON.stringify(state).includes('live') && resolve('let in'));
        setTimeout(() => resolve('refused'), 3000);
      }))`,
    );
    other.close();
    expect(refused).toBe('refused');
  });
});

describe('a connection that is cut', () => {
  let between: Between;
  beforeAll(async () => {
    between = await startBetween(server.port);
  });
  afterAll(() => between.close());

  it('is seen to be away, comes back by itself, and misses nothing', async () => {
    const page = await open('/orders', `http://localhost:${String(between.port)}`);
    await page.getByText(/^●?\s*Live$/).waitFor(WAIT);
    between.cut();
    await page
      .getByText(/Reconnecting|Offline/)
      .first()
      .waitFor(WAIT);
    const missed = await pay();
    const alsoMissed = await pay();
    expect(await rowOf(page, missed).count()).toBe(0);
    between.mend();
    await rowOf(page, missed).waitFor({ timeout: 40_000 });
    await rowOf(page, alsoMissed).waitFor(WAIT);
    await page.getByText(/^●?\s*Live$/).waitFor(WAIT);
    const later = await pay();
    await rowOf(page, later).waitFor(WAIT);
  });
});

/** Serves the example page of the README, made for the server of this test. */
async function startSite(): Promise<HttpServer> {
  const readme = await readFile(`${ROOT}/README.md`, 'utf8');
  const [, html = ''] = /```html\n([^]*?)```/.exec(readme) ?? [];
  const http = createHttpServer((_req, res) => {
    res.setHeader('content-type', 'text/html; charset=utf-8');
    res.end(`<!doctype html><title>Orders</title>${html.replaceAll('http://localhost:4000', server.url)}`);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return http;
}

function urlOf(http: HttpServer): string {
  return `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`;
}

interface Between {
  readonly port: number;
  readonly cut: () => void;
  readonly mend: () => void;
  readonly close: () => Promise<unknown>;
}

/** A way to the server that can be cut: what runs over it ends, and nobody is let through until it is mended. */
async function startBetween(port: number): Promise<Between> {
  const open = new Set<Socket>();
  let isCut = false;
  const proxy: Server = createServer((from) => {
    if (isCut) return void from.destroy();
    const to = connect(port, '127.0.0.1');
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(a);
      a.on('error', () => b.destroy());
      a.on('close', () => {
        open.delete(a);
        b.destroy();
      });
      a.pipe(b);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, 'localhost', resolve));
  const address = proxy.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut: () => {
      isCut = true;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      isCut = false;
    },
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => proxy.close(resolve));
    },
  };
}
