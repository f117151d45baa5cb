/**
 * Every setting of Earshot: its name, how it is read, its default and what it means. This is the only file that reads
 * the environment; README's table is generated from `settings`. A faulty environment is reported whole, all faults
 * at once, so that a person corrects it in one go.
 */
import { resolve } from 'node:path';
import { parseCidr } from './lib/egress/addresses.ts';

interface Setting<T> {
  readonly name: string;
  /** What the value looks like, for README and for fault messages: "a whole number from 1 to 65535". */
  readonly kind: string;
  /** As it would be written in the environment; undefined when unset means something of its own. */
  readonly fallback: string | undefined;
  readonly description: string;
  /** Gives the value, or throws an Error that says what is wrong with the text. */
  readonly parse: (text: string) => T;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const settings = {
  port: number('PORT', 4000, { min: 0, max: 65_535 }, 'The port to listen on; 0 takes a free one.'),
  host: text('HOST', '127.0.0.1', 'The address to listen on. `0.0.0.0` or `::` opens it to the network.'),
  dataDir: path('DATA_DIR', './data', 'Where the database, the key and `credentials.json` live. Kept at mode 0700.'),
  mongodbUrl: optional(
    'MONGODB_URL',
    'a mongodb:// or mongodb+srv:// URL',
    'The MongoDB to use. Unset: the embedded engine in `DATA_DIR`.',
    parseMongoUrl,
  ),
  publicUrl: optional(
    'PUBLIC_URL',
    'an http or https URL without query',
    'Where the outside reaches Earshot, used in webhook URLs. Set it when a proxy or tunnel stands in front.',
    parsePublicUrl,
  ),
  allowedHosts: list(
    'ALLOWED_HOSTS',
    '',
    'More host names this server answers for, e.g. `hooks.example.com,box:4000`.',
  ),
  allowedOrigins: list(
    'ALLOWED_ORIGINS',
    '',
    'Other sites whose pages may open live connections, e.g. `https://shop.example.com`.',
    parseOrigin,
  ),
  trustProxy: number(
    'TRUST_PROXY',
    0,
    { min: 0, max: 10 },
    'How many proxies in front to believe in `X-Forwarded-For` and `X-Forwarded-Proto`.',
  ),
  listenersDir: path('LISTENERS_DIR', './listeners', 'The folder of the app’s listeners.'),
  viewsDir: path('VIEWS_DIR', './views', 'The folder of the app’s views.'),
  runners: number('RUNNERS', 2, { min: 1, max: 64 }, 'How many processes execute listeners.'),
  runTimeoutMs: number('RUN_TIMEOUT_MS', 30_000, { min: 10, max: 3_600_000 }, 'Deadline of a run, in milliseconds.'),
  viewTimeoutMs: number('VIEW_TIMEOUT_MS', 1_000, { min: 10, max: 30_000 }, 'Deadline of a view, in milliseconds.'),
  runMemoryMb: number('RUN_MEMORY_MB', 128, { min: 32, max: 16_384 }, 'Memory one run may use, in megabytes.'),
  queueLimit: number(
    'QUEUE_LIMIT',
    1_000_000,
    { min: 1, max: 100_000_000 },
    'Runs that may wait; beyond it triggers are answered 503.',
  ),
  retentionDays: number('RETENTION_DAYS', 30, { min: 1, max: 36_500 }, 'How long finished runs are kept, in days.'),
  bodyLimitBytes: number(
    'BODY_LIMIT_BYTES',
    MIB,
    { min: KIB, max: 12 * MIB },
    'The largest body a request may have, in bytes, after decompression.',
  ),
  egressAllow: list(
    'EGRESS_ALLOW',
    '',
    'Private address ranges that outbound requests may reach, e.g. `10.1.0.0/16,127.0.0.1/32`.',
    parseRange,
  ),
  egressHttpsOnly: flag('EGRESS_HTTPS_ONLY', 'Refuse outbound requests to http:// URLs.'),
  secretKey: optional(
    'SECRET_KEY',
    'at least 32 characters',
    'Seals stored secrets and cursors. Unset: a key made once in `DATA_DIR/secret.key`. Back it up apart from the data.',
    parseSecretKey,
  ),
  logLevel: choice(
    'LOG_LEVEL',
    'info',
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    'What is logged.',
  ),
  logFormat: choice(
    'LOG_FORMAT',
    'auto',
    ['auto', 'json', 'pretty'],
    '`auto` is pretty on a terminal, JSON elsewhere.',
  ),
} as const;

export type Config = { readonly [K in keyof typeof settings]: ReturnType<(typeof settings)[K]['parse']> };

/** All that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`Earshot cannot start with these settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** Reads every setting. An empty variable counts as unset. Throws ConfigError with every fault found. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const faults: string[] = [];
  const values = Object.entries<Setting<unknown>>(settings).map(([key, setting]) => {
    const given = env[setting.name]?.trim();
    const source = given === undefined || given === '' ? (setting.fallback ?? '') : given;
    try {
      return [key, setting.parse(source)];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      faults.push(`${setting.name}: expected ${setting.kind}, ${why}.`);
      return [key, undefined];
    }
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.fromEntries(values) as Config;
}

function number(
  name: string,
  fallback: number,
  { min, max }: { readonly min: number; readonly max: number },
  description: string,
): Setting<number> {
  const kind = `a whole number from ${min} to ${max}`;
  const parse = (source: string): number => {
    const value = Number(source);
    if (!/^\d+$/.test(source) || value < min || value > max) throw new Error(`got ${JSON.stringify(source)}`);
    return value;
  };
  return { name, kind, fallback: String(fallback), description, parse };
}

function text(name: string, fallback: string, description: string): Setting<string> {
  return { name, kind: 'text', fallback, description, parse: (source) => source };
}

function path(name: string, fallback: string, description: string): Setting<string> {
  const parse = (source: string): string => {
    if (source.includes('\0')) throw new Error('got a name with a zero byte');
    return resolve(source);
  };
  return { name, kind: 'a path', fallback, description, parse };
}

function choice<const T extends string>(
  name: string,
  fallback: T,
  options: readonly T[],
  description: string,
): Setting<T> {
  const parse = (source: string): T => {
    const found = options.find((option) => option === source.toLowerCase());
    if (found === undefined) throw new Error(`got ${JSON.stringify(source)}`);
    return found;
  };
  return { name, kind: `one of ${options.join(', ')}`, fallback, description, parse };
}

function flag(name: string, description: string): Setting<boolean> {
  const parse = (source: string): boolean => {
    if (!/^(?:true|false|1|0)$/i.test(source)) throw new Error(`got ${JSON.stringify(source)}`);
    return /^(?:true|1)$/i.test(source);
  };
  return { name, kind: 'true or false', fallback: 'false', description, parse };
}

function list(
  name: string,
  fallback: string,
  description: string,
  parseItem: (item: string) => string = (item) => item,
): Setting<readonly string[]> {
  const parse = (source: string): readonly string[] => {
    const items = source.split(',').map((item) => item.trim());
    return items.filter((item) => item !== '').map(parseItem);
  };
  return { name, kind: 'a list, with commas between', fallback, description, parse };
}

function optional<T>(
  name: string,
  kind: string,
  description: string,
  parseGiven: (source: string) => T,
): Setting<T | undefined> {
  const parse = (source: string): T | undefined => (source === '' ? undefined : parseGiven(source));
  return { name, kind, fallback: undefined, description, parse };
}

function parseMongoUrl(source: string): string {
  // The text may hold a password, so a fault message must not repeat it.
  if (!/^mongodb(\+srv)?:\/\/[^\s]+$/.test(source)) throw new Error('got something else');
  return source;
}

function parsePublicUrl(source: string): string {
  const url = URL.canParse(source) ? new URL(source) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error(`got ${JSON.stringify(source)}`);
  if (url.username !== '' || url.password !== '') throw new Error('got one with a user name or password');
  if (url.search !== '' || url.hash !== '') throw new Error('got one with a query or fragment');
  return url.href.replace(/\/+$/, '');
}

function parseOrigin(source: string): string {
  const url = URL.canParse(source) ? new URL(source) : undefined;
  if (url === undefined || url.origin === 'null') throw new Error(`got ${JSON.stringify(source)}`);
  if (url.origin !== source.replace(/\/$/, '')) throw new Error(`got ${JSON.stringify(source)}, not ${url.origin}`);
  return url.origin;
}

function parseSecretKey(source: string): string {
  if (source.length < 32) throw new Error(`got ${source.length} characters`);
  return source;
}

function parseRange(source: string): string {
  parseCidr(source);
  return source;
}
