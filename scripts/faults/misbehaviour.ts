/**
 * Events that go to one good receiver and seven that misbehave: the good one must get each at once, every attempt at
 * the others must be named as what it was, and a receiver that answers with a gigabyte must not be listened to.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { startEarshot, type Earshot } from '../support/earshot.ts';
import { misbehaviours, startReceivers, type Misbehaviour, type Receivers } from './receivers.ts';

const TIMEOUT_MS = 3_000;
/** No event waits as long at the good receiver as one attempt at a bad one takes, however busy the machine is. */
const MAX_DELAY_MS = TIMEOUT_MS;
/** Of a gigabyte: what may be under way in buffers when nobody reads on. */
const MAX_FLOOD_BYTES = 16 * 1024 * 1024;
const SETTLE_MS = 60_000;
/** After so many connections that failed, the endpoint is asked less and less often; the rest waits. */
const BREAK_AFTER = 5;
const UNREACHABLE: ReadonlySet<Misbehaviour> = new Set(['refuse', 'hang', 'trickle', 'close']);

/** The delivery's status, and what each attempt says: an error code, or `ok`. */
const EXPECTED: Readonly<Record<Misbehaviour, string>> = {
  refuse: 'dead: connection_refused',
  hang: 'dead: timeout',
  trickle: 'dead: timeout',
  close: 'dead: connection_closed',
  flaky: 'delivered: http_status, ok',
  redirect: 'dead: redirect',
  flood: 'delivered: ok, truncated',
};

export interface MisbehaviourReport {
  readonly faults: readonly string[];
  /** How often each ended how. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** From publishing to the good receiver, at most. */
  readonly worstDelayMs: number;
  readonly floodedBytes: number;
}

export async function misbehave(events: number): Promise<MisbehaviourReport> {
  const receivers = await startReceivers();
  const earshot = await startEarshot({ env: { LOG_LEVEL: 'error' } });
  try {
    const rules = await makeRules(earshot, receivers);
    const publishedAt = await publish(earshot, events);
    await waitFor(() => receivers.receivedAt.size >= events);
    const outcomes = await outcomesOf(earshot, rules, events);
    const delays = [...publishedAt].map(([id, at]) => (receivers.receivedAt.get(id) ?? Infinity) - at);
    const worstDelayMs = Math.max(...delays);
    const missing = misbehaviours.filter((kind) => !outcomes.has(`${kind} ${EXPECTED[kind]}`));
    return {
      faults: [
        ...missing.map((kind) => `no delivery to ${kind} ended as ${EXPECTED[kind]}`),
        ...[...outcomes.keys()].filter((outcome) => !isExpected(outcome)),
        ...(worstDelayMs > MAX_DELAY_MS ? [`the good receiver waited ${String(worstDelayMs)} ms for an event`] : []),
        ...(receivers.flooded() > MAX_FLOOD_BYTES * events ? [`${String(receivers.flooded())} bytes were read`] : []),
      ],
      outcomes: Object.fromEntries(outcomes),
      worstDelayMs,
      floodedBytes: receivers.flooded(),
    };
  } finally {
    await earshot.stop();
    await earshot.removeData();
    await receivers.close();
  }
}

async function makeRules(earshot: Earshot, { urls }: Receivers): Promise<ReadonlyMap<string, Misbehaviour>> {
  const rules = new Map<string, Misbehaviour>();
  for (const kind of ['good', ...misbehaviours] as const) {
    const { status, body } = await earshot.api('POST', '/app/rules', {
      events: ['fault.happened'],
      target: { url: urls[kind] },
      timeout_ms: TIMEOUT_MS,
      retry: { schedule_s: kind === 'flaky' ? [0, 0.2] : [0] },
    });
    if (status !== 201) throw new Error(`POST rule: ${String(status)} ${JSON.stringify(body)}`);
    if (kind !== 'good') rules.set(body.id as string, kind);
  }
  return rules;
}

async function publish(earshot: Earshot, events: number): Promise<ReadonlyMap<string, number>> {
  const publishedAt = new Map<string, number>();
  for (let n = 0; n < events; n++) {
    const at = Date.now();
    const { status, body } = await earshot.api('POST', '/app/events', { type: 'fault.happened', data: { n } });
    if (status !== 202) throw new Error(`POST event: ${String(status)} ${JSON.stringify(body)}`);
    publishedAt.set(body.id as string, at);
  }
  return publishedAt;
}

/** How often deliveries to each misbehaviour ended how, once all have. */
async function outcomesOf(
  { api }: Earshot,
  rules: ReadonlyMap<string, Misbehaviour>,
  events: number,
): Promise<ReadonlyMap<string, number>> {
  const outcomes = new Map<string, number>();
  for (const [rule, kind] of rules) {
    const list = async (status: string): Promise<readonly { readonly id: string }[]> =>
      (await api('GET', `/app/deliveries?rule=${rule}&status=${status}&limit=250`)).body.data;
    let ended: readonly { readonly id: string }[] = [];
    await waitFor(async () => {
      ended = [...(await list('dead')), ...(await list('delivered'))];
      return ended.length >= Math.min(events, UNREACHABLE.has(kind) ? BREAK_AFTER : 250);
    });
    for (const { id } of ended) {
      const { body } = await api('GET', `/app/deliveries/${id}`);
      const words = (body.attempts as readonly AttemptSeen[]).map(wordOf);
      const outcome = `${kind} ${String(body.status)}: ${words.join(', ')}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  return outcomes;
}

interface AttemptSeen {
  readonly error: { readonly code: string } | null;
  readonly response: { readonly truncated: boolean } | null;
}

function wordOf({ error, response }: AttemptSeen): string {
  if (error !== null) return error.code;
  return response?.truncated === true ? 'ok, truncated' : 'ok';
}

function isExpected(outcome: string): boolean {
  return misbehaviours.some((kind) => outcome === `${kind} ${EXPECTED[kind]}`);
}

async function waitFor(isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) return; // what is missing shows in the report
    await pause(100);
  }
}
