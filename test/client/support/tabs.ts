/**
 * One tab of the browser for all tests of a file, put back between them to what a new one is: half of what a test in a
 * browser costs is the process of a new tab. A test that failed may have left anything behind: its tab is closed.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser.ts';

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

interface Tab {
  readonly context: BrowserContext;
  readonly page: Page;
}

export interface Tabs {
  /** A blank page without cookies and storage, of this size and scheme. */
  readonly lend: (look: Look) => Promise<Page>;
  /** Takes back all that were lent. */
  readonly takeBack: (options: { readonly hasFailed: boolean }) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function createTabs(): Tabs {
  let browser: Promise<Browser> | undefined;
  let kept: Tab | undefined;
  let lent: Tab[] = [];

  return {
    async lend({ width, height, colorScheme }) {
      const tab = kept ?? (await openTab(await (browser ??= launchBrowser())));
      kept = undefined;
      lent.push(tab);
      await tab.page.setViewportSize({ width, height });
      await tab.page.emulateMedia({ colorScheme, reducedMotion: 'reduce', media: null, forcedColors: null });
      return tab.page;
    },
    async takeBack({ hasFailed }) {
      const [first, ...others] = lent;
      lent = [];
      for (const { context } of others) await context.close();
      if (first === undefined) return;
      if (!hasFailed && (await isBlank(first))) kept = first;
      else await first.context.close();
    },
    async close() {
      await (await browser)?.close();
      browser = kept = undefined;
    },
  };
}

async function openTab(browser: Browser): Promise<Tab> {
  const context = await browser.newContext();
  return { context, page: await context.newPage() };
}

/** Makes it so. False where it cannot be done: the tab has crashed, or its page has been closed. */
async function isBlank({ context, page }: Tab): Promise<boolean> {
  try {
    for (const other of context.pages()) if (other !== page) await other.close();
    await page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.goto('about:blank');
    // Beside the page, where nothing is hovered over.
    await page.mouse.move(-1, -1);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Page.resetNavigationHistory');
    await devtools.detach();
    await context.clearCookies();
    await context.clearPermissions();
    return true;
  } catch {
    return false;
  }
}
