/**
 * `npm run docs:components`: writes the documentation of components, server/schemas/components/README.md, out of their
 * schemas, and takes a picture of each from the gallery. `-- --text` leaves the pictures as they are. A test fails when
 * the text is stale; pictures change with fonts and browsers, and are looked at by people.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { format, resolveConfig } from 'prettier';
import { COMMON, typeText, type PropertySchema } from '../server/client/gallery/described.ts';
import { component, type ComponentSpec } from '../server/schemas/components/base.ts';
import { components, groups } from '../server/schemas/components/catalogue.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { startEarshot } from './support/earshot.ts';

const FOLDER = new URL('../server/schemas/components', import.meta.url).pathname;
export const componentsPath = join(FOLDER, 'README.md');

/** Components of which there is nothing to be seen, or only above the whole page. */
const UNSEEN = new Set(['command', 'hidden', 'overlayEntry']);
export const pictured: readonly string[] = [...components.keys()].filter((type) => !UNSEEN.has(type));

/** The same text for the same schemas. */
export async function componentsText(): Promise<string> {
  const text = [HEAD, contents(), common(), ...Object.entries(groups).map(groupText)].join('\n\n');
  return format(text, { ...(await resolveConfig(componentsPath)), parser: 'markdown' });
}

const HEAD = `<!-- Written by \`npm run docs:components\`; change the schemas beside it instead. -->

# Components

What a view returns is made of these. Each is an object with \`_type\`; a member that is not named here is a fault, and
the fault is shown in the component's own place. The same in a browser, with all their states, in both colours and widths:
\`/_earshot/gallery\`; for editors and programs, as JSON Schema: \`/components.json\`; in TypeScript: \`Component\`, or
\`Component<'table'>\`, of \`server/sdk.ts\`. How views are written says [views/README.md](../../../views/README.md).

A **component** as type of a member is any component, a view, text, a number, or null for nothing. An **event** is
a listener, \`listener('orders.ship', props)\`, which is run with what stands behind the name as its event, or something the
browser does by itself: \`action.navigate setQuery open close copy toast download\`.`;

function contents(): string {
  const links = (specs: readonly ComponentSpec[]) => specs.map(({ type }) => `[${type}](#${type})`).join(' · ');
  return Object.entries(groups)
    .map(([name, specs]) => `- **${name}**: ${links(specs)}`)
    .join('\n');
}

function common(): string {
  const { schema } = component('any', '', {}, { examples: [] });
  return `All may also have:\n\n${membersTable(schema as PropertySchema, {})}`;
}

function groupText([name, specs]: [string, readonly ComponentSpec[]]): string {
  return [`## ${name[0]!.toUpperCase()}${name.slice(1)}`, ...specs.map(componentText)].join('\n\n');
}

function componentText({ type, description, schema, events, examples }: ComponentSpec): string {
  const { _type, ...own } = schema.properties;
  const members = Object.fromEntries(Object.entries(own).filter(([name]) => !COMMON.includes(name)));
  const has = Object.keys(members).length > 0;
  const inner = Object.entries(events).filter(([name]) => !Object.hasOwn(members, name));
  return [
    `### ${type}`,
    description,
    UNSEEN.has(type) ? '' : `![${type}: ${examples[0]!.title}](pictures/${type}.jpg)`,
    has ? membersTable({ ...(schema as PropertySchema), properties: members }, events) : 'No members of its own.',
    inner.map(([name, payload]) => `\`${name}\` carries ${code(payload)}.`).join(' '),
    exampleText(examples[0]!.tree),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Longer ones are read better in /components.json. */
const EXAMPLE_LENGTH = 1_200;
function exampleText(tree: object): string {
  const json = JSON.stringify(tree);
  if (json.length > EXAMPLE_LENGTH) return '';
  return `<details><summary>What is in the picture</summary>\n\n\`\`\`json\n${json}\n\`\`\`\n\n</details>`;
}

function membersTable({ properties = {}, required = [] }: PropertySchema, events: ComponentSpec['events']): string {
  const rows = Object.entries(properties)
    .filter(([name]) => name !== '_type')
    .map(([name, schema]) => {
      const what = name in events ? `event ${events[name]!}` : typeText(schema);
      const said = schema.default === undefined ? '' : ` ${code(JSON.stringify(schema.default))}, unless said.`;
      return [
        code(name),
        code(what) + (required.includes(name) ? ', required' : ''),
        (schema.description ?? '') + said,
      ];
    });
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(['Member', 'Type', 'What it does']), line(['---', '---', '---']), ...rows.map(line)].join('\n');
}

const code = (text: string): string => `\`${text}\``;

const WIDTH = 720;
const HEIGHT = 420;
/** The second where the first is too large. */
const QUALITIES = [70, 50];
const LIMIT_BYTES = 24_000;
/** Below what is opened. */
const SHADOW = 16;
/** Where there is nothing to see before it is opened. */
const OPENED = new Set(['dialog', 'drawer', 'dropdownButton']);

async function takePictures(): Promise<void> {
  const folder = join(FOLDER, 'pictures');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const earshot = await startEarshot();
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce', locale: 'en-GB' });
    const page = await context.newPage();
    for (const type of pictured)
      await takePicture(page, `${earshot.url}/_earshot/gallery#${type}`, join(folder, `${type}.jpg`), type);
  } finally {
    await browser.close();
    await earshot.stop();
    await earshot.removeData();
  }
  process.stdout.write(`${String((await readdir(folder)).length)} pictures\n`);
}

async function takePicture(page: Page, url: string, path: string, type: string): Promise<void> {
  await page.goto('about:blank');
  await page.setViewportSize({ width: 1_100, height: HEIGHT + 400 });
  await page.goto(url);
  const example = page.locator('[data-example]').first().locator('> div').nth(1);
  const { width: found } = await boxOf(example);
  await page.setViewportSize({ width: Math.round(1_100 + WIDTH - found), height: HEIGHT + 400 });
  await page.waitForLoadState('networkidle');
  const boxes = [await boxOf(example)];
  if (OPENED.has(type)) {
    await example.getByRole('button').first().click();
    boxes.push(await boxOf(page.locator('[role=dialog], [role=menu]').first()));
  }
  for (const quality of QUALITIES) {
    const picture = await page.screenshot({ path, type: 'jpeg', quality, clip: around(boxes), animations: 'disabled' });
    if (picture.length <= LIMIT_BYTES) return;
  }
}

async function boxOf(locator: Locator): Promise<Box> {
  await locator.waitFor();
  return (await locator.boundingBox())!;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What holds all of them, and is no larger than a picture may be: the last of them is in it. */
function around(boxes: readonly Box[]): Box {
  const last = boxes.at(-1)!;
  const left = Math.min(...boxes.map(({ x }) => x));
  const top = Math.min(...boxes.map(({ y }) => y));
  const right = Math.max(...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + (boxes.length > 1 ? SHADOW : 0);
  const x = Math.max(left, Math.min(last.x, last.x + last.width - WIDTH));
  const y = Math.max(top, Math.min(last.y, last.y + last.height - HEIGHT));
  return { x, y, width: Math.min(WIDTH, right - x), height: Math.min(HEIGHT, bottom - y) };
}

if (import.meta.filename === process.argv[1]) {
  await writeFile(componentsPath, await componentsText());
  if (!process.argv.includes('--text')) await takePictures();
}
