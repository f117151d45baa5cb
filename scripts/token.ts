/**
 * `npm run token -- --environment sandbox [--name ci] [--scopes read,write] [--expires 30d]`: makes a token and prints
 * it, alone on standard output. A running server is asked through its API, for the embedded database belongs to one
 * process; where none runs, the database is opened here.
 */
import { parseArgs } from 'node:util';
import { credentialsPath, readCredentials } from '../server/apps/credentials.ts';
import { ensureApp } from '../server/apps/firstStart.ts';
import { createAppStore } from '../server/apps/store.ts';
import { createManageTokens } from '../server/apps/tokens/manage.ts';
import { createTokenStore } from '../server/apps/tokens/store.ts';
import { readConfig, type Config } from '../server/config.ts';
import { openDatabase } from '../server/db/open.ts';
import { silentLogger } from '../server/lib/log.ts';
import { systemClock } from '../server/lib/clock.ts';
import { createIdMaker } from '../server/lib/ids.ts';
import { createLifecycle } from '../server/lib/lifecycle.ts';
import { ensurePrivateDir } from '../server/lib/secretFiles.ts';
import { environmentNamed, type EnvironmentName } from '../server/schemas/app.ts';
import type { NewToken, Scope, TokenCreate } from '../server/schemas/token.ts';

const USAGE =
  'Usage: npm run token -- --environment production|sandbox [--name text] [--scopes read,write,admin] [--expires 12h|30d]';

export interface Wish {
  readonly environment: EnvironmentName;
  readonly input: TokenCreate;
}

/** Throws an Error with the usage for anything it does not understand. */
export function parseWish(args: readonly string[], nowMs: number): Wish {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { environment: option, name: option, scopes: option, expires: option },
  });
  const { environment = 'sandbox', name = 'made in the shell', scopes = 'admin', expires } = values;
  if (environment !== 'production' && environment !== 'sandbox') throw new Error(USAGE);
  const wanted = scopes.split(',').map((scope) => scope.trim());
  if (!wanted.every((scope): scope is Scope => ['read', 'write', 'admin'].includes(scope))) throw new Error(USAGE);
  if (name.length < 1 || name.length > 100) throw new Error('A name has 1 to 100 characters.');
  const expiresAt = expires === undefined ? undefined : new Date(nowMs + durationMs(expires)).toISOString();
  return { environment, input: { name, scopes: wanted, ...(expiresAt !== undefined && { expires_at: expiresAt }) } };
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationMs(text: string): number {
  const [, amount, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit ?? ''];
  if (unitMs === undefined) throw new Error(`--expires: expected the like of 90m, 12h or 30d, got ${text}.`);
  return Number(amount) * unitMs;
}

/** The token of a running server, or undefined where none answers. */
async function askServer({ environment, input }: Wish, config: Config): Promise<NewToken | undefined> {
  const host = /^(0\.0\.0\.0|::)$/.test(config.host) ? '127.0.0.1' : config.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${config.port}`;
  if (!(await isAnswering(url))) return undefined;
  const credentials = await readCredentials(credentialsPath(config.dataDir));
  if (credentials === undefined) {
    throw new Error(
      `A server runs at ${url}, and ${credentialsPath(config.dataDir)} is gone. Stop it, then try again.`,
    );
  }
  const answer = await fetch(`${url}/app/tokens`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${credentials.environments[environment].token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(input),
  });
  const body = (await answer.json()) as NewToken & { readonly detail?: string; readonly title?: string };
  if (answer.status === 201) return body;
  const hint = answer.status === 401 ? ' If another Earshot runs at that port, stop it or set PORT.' : '';
  throw new Error(`The server at ${url} refused: ${body.detail ?? body.title ?? String(answer.status)}${hint}`);
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(3_000) })).ok;
  } catch {
    return false;
  }
}

async function makeHere({ environment, input }: Wish, config: Config): Promise<NewToken> {
  const lifecycle = createLifecycle();
  try {
    const { dataDir, mongodbUrl } = config;
    await ensurePrivateDir(dataDir);
    const { platform } = await openDatabase({ mongodbUrl, dataDir, lifecycle, log: silentLogger });
    const store = createTokenStore(platform);
    await store.ensureIndexes();
    const newId = createIdMaker(systemClock.now);
    const tokens = createManageTokens({ store, forget: () => undefined, newId, clock: systemClock });
    await ensureApp({ apps: createAppStore(platform), keepToken: tokens.keep, dataDir, clock: systemClock });
    return await tokens.create(environmentNamed(environment).id, input);
  } finally {
    await lifecycle.stop();
  }
}

async function main(): Promise<void> {
  process.umask(0o077);
  const wish = parseWish(process.argv.slice(2), Date.now());
  const config = readConfig();
  const token =
    (config.mongodbUrl === undefined ? await askServer(wish, config) : undefined) ?? (await makeHere(wish, config));
  console.error(
    `A token for ${wish.environment}, ${token.expires_at === null ? 'for ever' : `until ${token.expires_at}`}. It is not shown again:`,
  );
  console.log(token.token);
}

if (import.meta.filename === process.argv[1]) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
