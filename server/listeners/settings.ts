/** What `defineListener` was told beside the function: checked, and with defaults for what was left out. Pure. */
import {
  BY_PATTERN,
  DEFAULT_RETRY_DELAYS_MS,
  type Batch,
  type ConcurrencyLimit,
  type Debounce,
  type ListenerInfo,
  type RateLimit,
} from '../schemas/listener.ts';
import { type JsonObject } from '../schemas/json.ts';

/** What a listener gets that does not say otherwise. */
export interface ListenerDefaults {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

type Options = Readonly<Record<string, unknown>>;
/** What is wrong with a setting; undefined where nothing is. */
type Check = (value: unknown) => string | undefined;

const MAX_TIMEOUT_MS = 3_600_000;
const DAY_MS = 86_400_000;
const MAX_WAIT_MS = 7 * DAY_MS;
const MAX_BATCH = 1_000;
const MAX_AT_ONCE = 10_000;
const PERIOD_MS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000, day: DAY_MS };
/** A debounced call waits so many times longer than it would alone, at most. */
const DEFAULT_MAX_WAITS = 10;

const BY = "; `by` says where a value is, as 'event.customer.id', 'props.account' or 'user'";

const checks: Readonly<Record<string, Check>> = {
  props: (value) => (isObject(value) ? undefined : 'to be a schema such as Type.Object({ … })'),
  event: (value) => (isObject(value) ? undefined : 'to be a schema such as Type.Object({ … })'),
  timeoutMs: whole(1, MAX_TIMEOUT_MS),
  memoryMb: whole(16, 4_096),
  retries: (value) =>
    Array.isArray(value) && value.length <= 50 && value.every((delay) => isWhole(delay, 0, 30 * DAY_MS))
      ? undefined
      : 'to be a list of milliseconds, at most 50 of them',
  concurrency: (value) =>
    isWhole(value, 1, MAX_AT_ONCE) || fits(value, { limit: whole(1, MAX_AT_ONCE) })
      ? undefined
      : `to be a whole number from 1 to ${MAX_AT_ONCE}, or { limit, by } with such a limit${BY}`,
  rate: (value) =>
    fits(value, { limit: whole(1, 1_000_000), per: isPeriod })
      ? undefined
      : `to be { limit, per, by } with a whole limit from 1 to 1000000, per 'second', 'minute', 'hour', 'day' or milliseconds up to a week${BY}`,
  debounce: (value) =>
    fits(value, { waitMs: whole(1, MAX_WAIT_MS) }, { maxWaitMs: whole(1, MAX_WAIT_MS) })
      ? undefined
      : `to be { waitMs, maxWaitMs, by } with whole milliseconds from 1 to ${MAX_WAIT_MS}${BY}`,
  batch: (value) =>
    fits(value, { size: whole(2, MAX_BATCH), waitMs: whole(1, MAX_WAIT_MS) })
      ? undefined
      : `to be { size, waitMs, by } with a size from 2 to ${MAX_BATCH} and whole milliseconds from 1 to ${MAX_WAIT_MS}${BY}`,
};

/** What is wrong with the settings, as a sentence begins; undefined where nothing is. */
export function settingsFault(options: Options): string | undefined {
  for (const [name, check] of Object.entries(checks)) {
    if (isAbsent(options[name])) continue;
    const expected = check(options[name]);
    if (expected !== undefined) return `expected \`${name}\` ${expected}`;
  }
  return isAbsent(options.debounce) || isAbsent(options.batch)
    ? undefined
    : 'expected `debounce` or `batch`, found both: a call that is gathered cannot be put off as well';
}

/** The settings of a listener whose options have no fault. */
export function settingsOf(options: Options, defaults: ListenerDefaults): Omit<ListenerInfo, 'name' | 'file'> {
  const { props, event, timeoutMs, retries, memoryMb } = options;
  return {
    ...(isObject(props) && { propsSchema: props as JsonObject }),
    ...(isObject(event) && { eventSchema: event as JsonObject }),
    timeoutMs: typeof timeoutMs === 'number' ? timeoutMs : defaults.timeoutMs,
    retries: Array.isArray(retries) ? (retries as number[]) : DEFAULT_RETRY_DELAYS_MS,
    concurrency: concurrencyOf(options.concurrency),
    rate: rateOf(options.rate),
    debounce: debounceOf(options.debounce),
    batch: batchOf(options.batch),
    memoryMb: typeof memoryMb === 'number' ? memoryMb : defaults.memoryMb,
  };
}

function concurrencyOf(value: unknown): ConcurrencyLimit | null {
  if (isAbsent(value)) return null;
  return typeof value === 'number' ? { limit: value, by: null } : withBy(value as Omit<ConcurrencyLimit, 'by'>);
}

function rateOf(value: unknown): RateLimit | null {
  if (isAbsent(value)) return null;
  const { limit, per, by } = withBy(value as { readonly limit: number; readonly per: string | number });
  return { limit, perMs: typeof per === 'number' ? per : (PERIOD_MS[per] ?? 0), by };
}

function debounceOf(value: unknown): Debounce | null {
  if (isAbsent(value)) return null;
  const { waitMs, maxWaitMs, by } = withBy(value as { readonly waitMs: number; readonly maxWaitMs?: number });
  return { waitMs, maxWaitMs: Math.max(waitMs, maxWaitMs ?? Math.min(waitMs * DEFAULT_MAX_WAITS, MAX_WAIT_MS)), by };
}

function batchOf(value: unknown): Batch | null {
  if (isAbsent(value)) return null;
  const { size, waitMs, by } = withBy(value as Omit<Batch, 'by'>);
  return { size, waitMs, by };
}

function withBy<T extends object>(value: T): T & { readonly by: string | null } {
  return { ...value, by: (value as { by?: string }).by ?? null };
}

/** Whether it is an object of just these members, the optional ones, and a `by`. */
function fits(value: unknown, needed: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}) {
  if (!isObject(value)) return false;
  const members = value as Options;
  const known = { ...needed, ...optional, by: isBy };
  return (
    Object.keys(members).every((name) => Object.hasOwn(known, name)) &&
    Object.entries(known).every(([name, check]) =>
      isAbsent(members[name]) ? !Object.hasOwn(needed, name) : check(members[name]) === undefined,
    )
  );
}

function isBy(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 200 && new RegExp(BY_PATTERN).test(value) ? undefined : BY;
}

function isPeriod(value: unknown): string | undefined {
  const isWord = typeof value === 'string' && Object.hasOwn(PERIOD_MS, value);
  return isWord || isWhole(value, 1, MAX_WAIT_MS) ? undefined : 'a period';
}

function whole(min: number, max: number): Check {
  return (value) => (isWhole(value, min, max) ? undefined : `to be a whole number from ${min} to ${max}`);
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
