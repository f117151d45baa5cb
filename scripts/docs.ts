/**
 * `npm run docs`: writes the tables of README.md that describe settings, routes and error codes, each out of the one
 * place where it is defined. A test fails when they are stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { settings } from '../server/config.ts';
import { openApiPath } from '../server/http/openapi.ts';
import type { RouteAuth } from '../server/http/route.ts';
import { createRouteTable } from '../server/http/routeTable.ts';
import { triggerDoc } from '../server/http/routes/trigger.ts';
import { catalogue } from '../server/lib/errors.ts';

export const readmePath = new URL('../README.md', import.meta.url).pathname;

/** The page with every block between `<!-- name -->` and `<!-- /name -->` written anew. Throws where a block is missing. */
export async function withBlocks(page: string): Promise<string> {
  let text = page;
  for (const [name, render] of Object.entries(blocks)) {
    const block = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!block.test(text)) throw new Error(`README.md has no block <!-- ${name} --> … <!-- /${name} -->.`);
    text = text.replace(block, (_all, start: string, end: string) => `${start}\n${render()}\n${end}`);
  }
  return format(text, { ...(await resolveConfig(readmePath)), parser: 'markdown' });
}

const blocks = { settings: settingsTable, routes: routesTable, errors: errorsTable };

function settingsTable(): string {
  const rows = Object.values(settings).map(({ name, kind, fallback, description }) => [
    `\`${name}\``,
    fallback === undefined || fallback === '' ? '' : `\`${fallback}\``,
    `${description} _(${kind})_`,
  ]);
  return table(['Variable', 'Default', 'Meaning'], rows);
}

function routesTable(): string {
  // Only descriptions are read here: no handler is called, so nothing needs to stand behind them.
  const routes = [triggerDoc, ...createRouteTable({} as never)];
  const rows = routes.map(({ method, path, summary, auth }) => [
    `\`${method.toUpperCase()} ${openApiPath(path)}\``,
    summary,
    AUTH[auth],
  ]);
  return table(['Route', 'What it does', 'Needs'], rows);
}

const AUTH: Readonly<Record<RouteAuth, string>> = {
  public: '',
  operator: 'this machine, or a token',
  read: 'token: read',
  write: 'token: write',
  admin: 'token: admin',
  browser: 'a page of ours',
  session: 'a page of ours, signed in',
};

function errorsTable(): string {
  const rows = Object.entries(catalogue).map(([code, { status, title }]) => [`\`${code}\``, String(status), title]);
  return table(['Code', 'Status', 'Meaning'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.filename === process.argv[1]) {
  await writeFile(readmePath, await withBlocks(await readFile(readmePath, 'utf8')));
}
