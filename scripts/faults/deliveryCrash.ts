/**
 * Events flow to many rules while Earshot is killed at random moments and started again. Every event carries an
 * idempotency key and is published until it is acknowledged, so each is there once; then every (event, rule) pair must
 * have reached the receiver at least once, and never after the record of its success.
 */
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, startEarshot, type Earshot } from '../support/earshot.ts';

const PUBLISHERS = 10;
const MAX_ROUND_MS = 30_000;
const SETTLE_MS = 900_000;
const EVENT_TYPE = 'crash.happened';

export interface CrashOptions {
  readonly events: number;
  readonly rules: number;
  readonly kills: number;
}

export interface DeliveryCrashReport {
  /** Events times rules. */
  readonly pairs: number;
  /** Kills that met Earshot at work. */
  readonly kills: number;
  /** Requests beyond the first of a pair. */
  readonly duplicates: number;
  readonly seconds: number;
  /** Pairs that never arrived, that are not recorded as delivered, or that arrived after that record. */
  readonly faults: readonly string[];
}

export async function crashWhileDelivering(
  options: CrashOptions,
  report: (line: string) => void,
): Promise<DeliveryCrashReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'earshot-crash-'));
  const port = await freePort();
  const sink = await startSink();
  const began = Date.now();
  const start = (): Promise<Earshot> => startEarshot({ dataDir, port, env: { LOG_LEVEL: 'error' } });
  try {
    let earshot = await start();
    const rules = await makeRules(earshot, sink.url, options.rules);
    const ids: string[] = [];
    const published = publishAll(earshot, options.events, ids);
    const pairs = options.events * options.rules;
    let kills = 0;
    while (kills < options.kills && sink.pairs() < pairs) {
      // Spread over the work that is left, whatever the speed of the machine.
      const goal = sink.pairs() + ((pairs - sink.pairs()) / (options.kills - kills + 1)) * 2 * Math.random();
      await waitFor(() => sink.pairs() >= goal, MAX_ROUND_MS * Math.random());
      await earshot.kill();
      kills++;
      report(`killed (${String(kills)}) after ${String(sink.pairs())} of ${String(pairs)} deliveries`);
      earshot = await start();
    }
    await published;
    await waitFor(() => isQuiet(earshot), SETTLE_MS);
    const faults = await faultsOf(earshot, { ids, rules, sink });
    await earshot.stop();
    return { pairs, kills, duplicates: sink.requests() - sink.pairs(), seconds: (Date.now() - began) / 1000, faults };
  } finally {
    await sink.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface Sink {
  readonly url: string;
  /** When a pair of event and rule came for the last time; undefined where it never did. */
  readonly lastAt: (event: string, rule: string) => number | undefined;
  readonly pairs: () => number;
  readonly requests: () => number;
  readonly close: () => Promise<void>;
}

async function startSink(): Promise<Sink> {
  const lastAt = new Map<string, number>();
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    lastAt.set(`${String(request.headers['webhook-id'])} ${String(request.url).slice(1)}`, Date.now());
    request.resume();
    response.end();
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`,
    lastAt: (event, rule) => lastAt.get(`${event} ${rule}`),
    pairs: () => lastAt.size,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The rules' ids by the path each delivers to. */
async function makeRules(earshot: Earshot, sinkUrl: string, count: number): Promise<ReadonlyMap<string, string>> {
  const rules = new Map<string, string>();
  for (let n = 0; n < count; n++) {
    const input = { events: [EVENT_TYPE], target: { url: `${sinkUrl}/r${String(n)}` } };
    const { status, body } = await earshot.api('POST', '/app/rules', input);
    if (status !== 201) throw new Error(`POST rule: ${String(status)} ${JSON.stringify(body)}`);
    rules.set(body.id as string, `r${String(n)}`);
  }
  return rules;
}

/** Publishes each event until it is acknowledged, whichever server process does it; all have the same address. */
async function publishAll(earshot: Earshot, events: number, ids: string[]): Promise<void> {
  let next = 0;
  const publisher = async (): Promise<void> => {
    for (let n = next++; n < events; n = next++) {
      const event = { type: EVENT_TYPE, data: { n }, idempotency_key: `event-${String(n)}` };
      for (;;) {
        const answer = await earshot.api('POST', '/app/events', event).catch(() => undefined);
        if (answer?.status === 202) {
          ids.push(answer.body.id as string);
          break;
        }
        await pause(20); // it is dead, or starting
      }
    }
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, publisher));
}

async function isQuiet(earshot: Earshot): Promise<boolean> {
  for (const status of ['queued', 'running', 'waiting']) {
    const { body } = await earshot.api('GET', `/app/deliveries?status=${status}&limit=1`);
    if (body.data.length > 0) return false;
  }
  return true;
}

async function faultsOf(
  earshot: Earshot,
  { ids, rules, sink }: { ids: readonly string[]; rules: ReadonlyMap<string, string>; sink: Sink },
): Promise<readonly string[]> {
  const faults: string[] = [];
  const recorded = new Set<string>();
  for await (const { event, rule, status, finished_at: finishedAt } of deliveriesOf(earshot)) {
    const path = rules.get(rule) ?? '';
    if (status !== 'delivered') faults.push(`${event} to ${path} is ${status}`);
    if (recorded.has(`${event} ${path}`)) faults.push(`${event} to ${path} has two deliveries`);
    recorded.add(`${event} ${path}`);
    const lastAt = sink.lastAt(event, path);
    if (finishedAt !== null && lastAt !== undefined && lastAt > Date.parse(finishedAt)) {
      faults.push(`${event} to ${path} came ${String(lastAt - Date.parse(finishedAt))} ms after its success`);
    }
  }
  const unique = new Set(ids);
  if (unique.size !== ids.length) faults.push(`${String(ids.length - unique.size)} events share an id with another`);
  for (const event of unique) {
    for (const path of rules.values()) {
      if (sink.lastAt(event, path) === undefined) faults.push(`${event} to ${path} never came`);
      if (!recorded.has(`${event} ${path}`)) faults.push(`${event} to ${path} is not recorded`);
    }
  }
  return faults;
}

interface DeliverySeen {
  readonly event: string;
  readonly rule: string;
  readonly status: string;
  readonly finished_at: string | null;
}

async function* deliveriesOf(earshot: Earshot): AsyncGenerator<DeliverySeen> {
  let cursor: string | null = null;
  do {
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await earshot.api('GET', `/app/deliveries?event_type=${EVENT_TYPE}&limit=250${after}`);
    if (status !== 200) throw new Error(`GET deliveries: ${String(status)} ${JSON.stringify(body)}`);
    yield* body.data as DeliverySeen[];
    cursor = body.next_cursor as string | null;
  } while (cursor !== null);
}

/** Waits until it is so, or the time is over. */
async function waitFor(isSo: () => Promise<boolean> | boolean, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && !(await isSo())) await pause(20);
}
