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
 * `page` is Playwright's; it is blank again after each test (support/tabs.ts), and the browser is closed after the file.
 * The program is built once for each state of server/client (some seconds; node_modules/.cache/earshot-client): with the
 * warnings of React, which count as faults, and not minified.
 */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { ConsoleMessage, Page } from 'playwright-core';
import { afterAll, afterEach } from 'vitest';
import type { Json } from '../../server/schemas/json.ts';
import { wired } from '../../server/client/gallery/wired.ts';
import { builtClient } from './support/built.ts';
import { startFakeServer, type FakeRun, type FakeServer } from './support/fakeServer.ts';
import { createTabs, type Look } from './support/tabs.ts';

export type LookOptions = Partial<Look>;

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
  const page = await tabs.lend({ width, height, colorScheme });
  // Shorter than a test's time, so that what was waited for is named.
  page.setDefaultTimeout(12_000);
  const faults: string[] = [];
  const onError = (error: Error) => void faults.push(String(error));
  const onMessage = (message: ConsoleMessage) => {
    if (message.type() === 'error') faults.push(message.text());
  };
  page.on('pageerror', onError).on('console', onMessage);
  closing.push(() => {
    page.off('pageerror', onError).off('console', onMessage);
    return Promise.resolve();
  });
  await page.goto(server.url + path);
  return { page, server, faults, axe: (selector) => axeFindings(page, selector) };
}

/** Changes the size and the scheme of a page that is open; resolves when no colour is on its way any more. */
export async function changeLook(page: Page, { width, colorScheme }: Omit<Look, 'height'>): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  await page.waitForSelector(`html[data-mantine-color-scheme=${colorScheme}]`);
  await page.waitForFunction(() => !document.getAnimations().some((each) => each instanceof CSSTransition));
}

const tabs = createTabs();
let closing: (() => Promise<unknown>)[] = [];

afterEach(async ({ task }) => {
  const all = closing.reverse();
  closing = [];
  await tabs.takeBack({ hasFailed: task.result?.state === 'fail' });
  for (const close of all) await close();
});
afterAll(() => tabs.close());

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
interface Axe {
  readonly run: (part: unknown) => Promise<{ readonly violations: readonly Violation[] }>;
}

async function axeFindings(page: Page, selector?: string): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  }
  // Only findings leave the page: what passed is many times as much.
  const violations = await page.evaluate(async (part) => {
    const { axe } = globalThis as unknown as { readonly axe: Axe };
    return (await axe.run(part ?? document)).violations;
  }, selector ?? null);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}\n${failureSummary}`),
    );
}
