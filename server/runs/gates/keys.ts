/**
 * The names of gates. A gate is one limit of one listener, for one value of what the limit is shared by:
 *
 *   c:<environment>:<listener>:<value>   how many may go on at once
 *   r:<environment>:<listener>:<value>   how many may begin within a stretch of time
 *   o:<environment>:<cron>               only one run of the cron at a time
 */
import { createHash } from 'node:crypto';
import type { ListenerInfo } from '../../schemas/listener.ts';

/** What a run is given; props and event are parsed only where a limit asks for a part of them. */
export interface GatedRun {
  readonly environmentId: number;
  readonly action: string;
  readonly userId?: string | null;
  readonly props: () => unknown;
  readonly event: () => unknown;
}

export interface Gate {
  readonly kind: 'cron' | 'concurrency' | 'rate';
  readonly environmentId: number;
  /** The listener's name, or the cron's id. */
  readonly name: string;
}

/** Longer values are known by their hash: a gate's name is part of a lane's, which is kept in an index. */
const LONGEST_VALUE = 100;

/** The gates that a run of the listener must pass, in order; none where it has no limits. */
export function gatesOf(run: GatedRun, limits: Pick<ListenerInfo, 'concurrency' | 'rate'>): readonly string[] {
  const { concurrency, rate } = limits;
  const of = `${String(run.environmentId)}:${run.action}`;
  return [
    ...(concurrency === null ? [] : [`c:${of}:${valueAt(concurrency.by, run)}`]),
    ...(rate === null ? [] : [`r:${of}:${valueAt(rate.by, run)}`]),
  ];
}

/**
 * What `by` points at, as a short text that equal values share; '' without `by`, and where the run has no such part.
 * The order of an object's members makes no difference.
 */
export function valueAt(by: string | null, run: GatedRun): string {
  if (by === null) return '';
  const value = find(by, run);
  if (value === undefined) return '';
  const text = JSON.stringify(value, (_name, part: unknown) => (isPlain(part) ? sorted(part) : part));
  // No JSON begins with this sign, so a hash is never taken for a value.
  return text.length <= LONGEST_VALUE ? text : `#${createHash('sha256').update(text).digest('hex')}`;
}

export function cronGate(environmentId: number, cronId: string): string {
  return `o:${String(environmentId)}:${cronId}`;
}

const KINDS: Readonly<Record<string, Gate['kind']>> = { c: 'concurrency', r: 'rate', o: 'cron' };

export function parseGate(gate: string): Gate {
  const [kind = '', environmentId, name = ''] = gate.split(':', 3);
  return { kind: KINDS[kind] ?? 'cron', environmentId: Number(environmentId), name };
}

function find(by: string, run: GatedRun): unknown {
  if (by === 'user') return run.userId ?? undefined;
  const [root, ...path] = by.split('.');
  let value = root === 'event' ? run.event() : run.props();
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    if (Array.isArray(value) && name === 'length') return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: Readonly<Record<string, unknown>>): object {
  // From entries, so that a member named `__proto__` stays a member.
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
