/**
 * Hostile content in a real browser, and views that go wrong beside those that do not: no script runs, nothing leaves
 * for another site, no policy is broken, and what cannot be shown is a box in its own place.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import type { TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { add, connect, join, remove, startHostileApp } from './support/attacker.ts';

const WAIT = { timeout: 20_000 };
const VIOLATION = /content security policy|refused to/i;

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
/** What must not happen: dialogs, requests elsewhere, policy violations, errors of the page. */
let deeds: string[] = [];

beforeAll(async () => {
  server = await startHostileApp();
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await remove(server);
});
beforeEach(async () => {
  deeds = [];
  context = await browser.newContext();
  context.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).host !== new URL(server.url).host) {
      deeds.push(`request ${request.url()}`);
    }
  });
  context.on('page', watch);
  await context.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
    console.error('Content Security Policy', event.violatedDirective, event.blockedURI))`);
});
afterEach(() => context.close());

function watch(page: Page): void {
  page.on('dialog', (dialog) => {
    deeds.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => deeds.push(String(error)));
  page.on('console', (message) => {
    if (VIOLATION.test(message.text())) deeds.push(message.text());
  });
}

async function visit(path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(server.url + path);
  await page.getByRole('heading', { level: 1 }).first().waitFor(WAIT);
  return page;
}

describe('hostile content', () => {
  it('of addresses leads nowhere, in links, pictures, markdown, crumbs, and where it is sent to', async () => {
    const page = await visit('/links');
    await page.getByText('md 0').waitFor(WAIT);
    const hrefs = await page.evaluate(
      `[...document.querySelectorAll('a[href], img[src], form[action]')]
        .map((each) => each.href || each.src || each.action)`,
    );
    for (const href of hrefs as string[]) expect(new URL(href).origin, href).toBe(server.url);
    const started = page.url();
    for (const button of await page.getByRole('button', { name: /^(go|send) \d+$/ }).all()) {
      await button.click();
      if (page.url() !== started) throw new Error(`${String(await button.textContent())} led to ${page.url()}`);
    }
    await page.getByText('<img src=x onerror=alert(1)>').first().waitFor(WAIT);
    await until('all runs to have ended', async () => {
      const { body } = await server.api('GET', '/app/runs?action=sendTo&limit=50', undefined, server.tokens.production);
      const runs = body.data as { status: string }[];
      return runs.length === 12 && runs.every(({ status }) => status !== 'queued' && status !== 'running');
    });
    expect(page.url()).toBe(started);
    expect(context.pages()).toHaveLength(1);
    expect(deeds).toEqual([]);
  });

  it('of members is a box in the place of the component', async () => {
    const page = await visit('/props');
    await page.getByText('the end').waitFor(WAIT);
    const client = await connect(server);
    const { ui } = await client.open('/props');
    client.close();
    const types = ui.children.map(({ _type, value }: any) => value ?? _type);
    expect(types).toEqual([...Array<string>(5).fill('problem'), 'e', ...Array<string>(5).fill('problem'), 'the end']);
    expect(JSON.stringify(ui)).not.toMatch(/onerror|evil\.test|parent\.alert|"__html"/);
    expect(await page.locator('iframe, [style*="evil"], [onerror]').count()).toBe(0);
    expect(deeds).toEqual([]);
  });

  it('of texts is text, wherever it stands, and so is what a listener says', async () => {
    const script = '<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>';
    const page = await visit('/texts');
    await add(server, 'texts', [
      { text: script },
      { text: `[a](javascript:alert(4)) ![b](https://evil.test/b.png) <iframe srcdoc="${script}">` },
      { text: '\u202e</style></title></textarea>{{constructor.constructor("alert(5)")()}}' },
    ]);
    await until('seven of each', async () => (await page.getByText('alert(1)').count()) >= 6);
    expect(await page.locator('main script, main iframe, main img[onerror], main svg[onload]').count()).toBe(0);
    expect(deeds).toEqual([]);
  });

  it('of a patch pollutes nothing', async () => {
    const doc = '{"_id":"p1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"n":0}';
    const client = await connect(server);
    await client.open('/proto', { kind: 'json' });
    const headers = { authorization: `Bearer ${server.tokens.production}`, 'content-type': 'application/json' };
    await server.send('/app/colls/protos/docs', { headers, body: doc });
    await server.send('/app/colls/protos/updateMany', {
      headers,
      body: '{"filter":{},"update":{"$set":{"constructor.prototype.polluted":2,"n":1}}}',
    });
    expect(client.heard()).not.toMatch(/"path":"[^"]*(__proto__|prototype|constructor)/);
    client.close();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('pages', () => {
  it('break no policy, and cannot be framed', async () => {
    const paths = [
      '/',
      '/user',
      '/nowhere',
      '/@sandbox/',
      '/_earshot/sign-in',
      '/_earshot/invite#x',
      '/_earshot/gallery',
    ];
    for (const path of paths) {
      const page = await context.newPage();
      const response = await page.goto(server.url + path);
      await page.getByRole('heading').first().waitFor(WAIT);
      const policy = (await response!.allHeaders())['content-security-policy'] ?? '';
      expect(policy, path).toMatch(/script-src 'self';/);
      expect(policy, path).toMatch(/frame-ancestors 'none'/);
      expect(policy, path).not.toMatch(/unsafe|\*/);
      await page.close();
    }
    expect(deeds).toEqual([]);
  });

  it('of another site can neither send a form nor open a connection in a user’s name', async () => {
    const person = await join(server);
    const [name = '', value = ''] = person.cookie.split('=');
    await context.addCookies([{ name, value, url: server.url, sameSite: 'Lax' }]);
    const evil = createServer((_req, res) => res.setHeader('content-type', 'text/html').end('<h1>evil</h1>'));
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    try {
      // The same site but for its port: the cookie is sent along, which is the harder case.
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${String((evil.address() as AddressInfo).port)}/`);
      const opened = await page.evaluate(`new Promise((resolve) => {
        const socket = new WebSocket('${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket');
        socket.onopen = () => resolve(true);
        socket.onerror = () => resolve(false);
      })`);
      expect(opened).toBe(false);
      const read = await page.evaluate(
        `fetch('${server.url}/auth/me', { credentials: 'include' }).then(() => true, () => false)`,
      );
      expect(read).toBe(false);
      const answer = page.waitForResponse(/sign-out/);
      await page.evaluate(`{
        document.body.innerHTML = '<form method=post enctype=text/plain action="${server.url}/auth/sign-out"><input name=a></form>';
        document.forms[0].submit();
      }`);
      expect((await answer).status()).toBe(403);
      const headers = { cookie: person.cookie };
      expect((await server.send('/auth/me', { method: 'GET', headers })).body.user).toMatchObject({ id: person.id });
    } finally {
      evil.close();
    }
  });
});

describe('a view', () => {
  it.each([
    ['loops', /longer than/],
    ['allocates', /memory|longer than/],
    ['exits', /ended/],
    ['throws', /planted-word in \(a file\)/],
    ['reads', /\(a file\)|denied|permission|restricted/i],
    ['large', /1 MiB|too large/],
    ['nodes', /too large|components|items/i],
    ['components', /too large|components/i],
    ['itself', /deep/],
    ['many', /too large|deep/],
  ])('that %s is a box in its place; the rest of the page and the server stand', async (how, reason) => {
    const [client, other] = [await connect(server), await connect(server)];
    const [page] = await Promise.all([
      client.open(`/harm/${how}`),
      until('another page', async () => (await other.open('/')).ok),
    ]);
    const told = JSON.stringify(page.ui);
    expect(told).toMatch(/"_type":"problem"/);
    expect(told).toMatch(reason);
    if (!['components', 'many', 'nodes'].includes(how)) expect(told).toContain('the rest stands');
    expect(told).not.toMatch(/\/srv\/planted|\/work\/|stack|node_modules|\.ts:\d/);
    for (const each of [client, other]) each.close();
    expect((await server.send('/health/ready', { method: 'GET' })).status).toBe(200);
  });

  it('that changes the language is the last of its thread', async () => {
    const client = await connect(server);
    await client.open('/harm/mutates');
    for (let i = 0; i < 8; i++) {
      const { ui } = await client.open('/texts', { query: { i: String(i) } });
      expect(ui).toMatchObject({ _type: 'page', title: 'Texts' });
      expect(ui.children.length).toBeGreaterThan(0);
    }
    client.close();
  });
});
