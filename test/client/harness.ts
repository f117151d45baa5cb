/**
 * Components in a real browser, as the built program draws them, under the strict policy of the real server.
 *
 *   import { listener, openGallery, renderTree } from '../harness.ts';
 *   import { until } from '../../support/until.ts';
 *
 *   const shown = await renderTree({ _type: 'button', text: 'Ship', onPressed: listener('ship') });
 *   await shown.page.getByRole('button', { name: 'Ship' }).click();
 *   await until('the run', () => shown.runs.length === 1);      // [{ code: 'ship', event: {}, press }]
 *   await shown.update({ _type: 'button', text: 'Shipped' });   // reaches the page as a patch
 *   expect(await shown.axe()).toEqual([]);                      // findings that are serious or worse
 *   expect(shown.faults).toEqual([]);                           // errors of the console, of scripts and of the policy
 *
 * Listeners may stand in a tree as authors write them, too: their name is their code then.
 * `renderTree(tree, { width, height, colorScheme, query, onRun })`: the tree is the page `/`. `onRun` says how runs end.
 * `openGallery('button', { width, colorScheme })`: the gallery, at one component or at its top.
 * `page` is Playwright's; everything is closed after each test, the browser after the file. The program is built once
 * for each state of server/client (some seconds; node_modules/.cache/earshot-client), minified it is not.
 */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach } from 'vitest';
import type { Json } from '../../server/schemas/json.ts';
import { wired } from '../../server/client/gallery/wired.ts';
import { launchBrowser } from '../support/browser.ts';
import { builtClient } from './support/built.ts';
import { startFakeServer, type FakeRun, type FakeServer } from './support/fakeServer.ts';

export interface LookOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export interface Shown {
  readonly page: Page;
  readonly server: FakeServer;
  /** Errors so far: of the console, of scripts, of the Content-Security-Policy. */
  readonly faults: readonly string[];
  /** Serious and critical findings of axe, one sentence each; of a part of the page, or of the whole. */
  readonly axe: (selector?: string) => Promise<readonly string[]>;
}

export interface ShownTree extends Shown {
  /** What was pressed, changed and submitted: `{ code, event }`. */
  readonly runs: readonly FakeRun[];
  /** Changes the tree; resolves when the browser has taken it. */
  readonly update: (tree: unknown) => Promise<void>;
}

/** How a listener stands in a tree on the wire. */
export const listener = (code: string) => ({ _type: 'listener', code });

export async function renderTree(
  tree: unknown,
  {
    query = '',
    onRun,
    ...look
  }: LookOptions & { readonly query?: string; readonly onRun?: Parameters<FakeServer['onRun']>[0] } = {},
): Promise<ShownTree> {
  const server = await startServer();
  if (onRun !== undefined) server.onRun(onRun);
  server.set('/', wired(tree) as Json);
  const shown = await openPage(server, `/${query === '' ? '' : `?${query}`}`, look);
  await shown.page.waitForSelector('main[data-revision]');
  return {
    ...shown,
    runs: server.runs,
    update: async (next) => {
      const revision = server.set('/', wired(next) as Json);
      await shown.page.waitForSelector(`main[data-revision="${revision}"]`);
    },
  };
}

export async function openGallery(type?: string, look: LookOptions = {}): Promise<Shown> {
  const server = await startServer();
  const shown = await openPage(server, `/_earshot/gallery${type === undefined ? '' : `#${type}`}`, look);
  await shown.page.waitForSelector('[data-gallery-ready]', { state: 'attached' });
  return shown;
}

/** A fake server with the built client; stopped after the test. */
export async function startServer(): Promise<FakeServer> {
  const server = await startFakeServer(`${await builtClient()}/client`);
  closing.push(() => server.stop());
  return server;
}

/** Opens an address of the server in a browser of its own cookies. */
export async function openPage(server: FakeServer, path: string, look: LookOptions = {}): Promise<Shown> {
  const { width = 1440, height = 900, colorScheme = 'light' } = look;
  browser ??= launchBrowser();
  const context: BrowserContext = await (
    await browser
  ).newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce', baseURL: server.url });
  closing.push(() => context.close());
  const page = await context.newPage();
  // Shorter than a test's time, so that what was waited for is named.
  page.setDefaultTimeout(12_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => void faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(path);
  return { page, server, faults, axe: (selector) => axeFindings(page, selector) };
}

let browser: Promise<Browser> | undefined;
let closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  const all = closing.reverse();
  closing = [];
  for (const close of all) await close();
});
afterAll(async () => {
  await (await browser)?.close();
  browser = undefined;
});

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

async function axeFindings(page: Page, selector?: string): Promise<readonly string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(source);
  const { violations } = await page.evaluate<AxeResults, string | null>(
    (part) =>
      (globalThis as unknown as { axe: { run: (...args: unknown[]) => Promise<AxeResults> } }).axe.run(
        part ?? document,
      ),
    selector ?? null,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}\n${failureSummary}`),
    );
}
