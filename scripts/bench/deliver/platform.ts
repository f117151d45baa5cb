/** An Earshot with rules to measure: what it is told to make, and events sent to it until their deliveries are in. */
import { startEarshot, type Earshot } from '../../support/earshot.ts';
import { load, type Sink } from './processes.ts';

export const STAMP = '0000000000000.000';
/** About a kilobyte, as events are. */
const DATA = {
  at: STAMP,
  customer: 'c0',
  amount: 1_250,
  lines: [{ sku: 'a-1', count: 2, price: 625 }],
  note: 'x'.repeat(850),
};
const CONNECTIONS = 32;
const MAKERS = 24;

export interface Burst {
  readonly type: string;
  readonly events: number;
  /** Deliveries expected of each event. */
  readonly rules: number;
  /** Events per second; at full speed when left out. */
  readonly ratePerS?: number;
}

export interface Measured {
  readonly eventsPerS: number;
  readonly deliveriesPerS: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export function startPlatform(): Promise<Earshot> {
  return startEarshot({ env: { LOG_LEVEL: 'error', QUEUE_LIMIT: '100000000' } });
}

/** The bytes of a delivery of such an event, for whoever sends them without a platform. */
export function deliveryBody(type: string): string {
  return JSON.stringify({ type, timestamp: new Date(0).toISOString(), data: DATA });
}

export async function makeRules(earshot: Earshot, inputs: readonly object[]): Promise<void> {
  let next = 0;
  const maker = async (): Promise<void> => {
    for (let input = inputs[next++]; input !== undefined; input = inputs[next++]) {
      const { status, body } = await earshot.api('POST', '/app/rules', input);
      if (status !== 201) throw new Error(`POST rule: ${String(status)} ${JSON.stringify(body)}`);
    }
  };
  await Promise.all(Array.from({ length: MAKERS }, maker));
}

/** Publishes the events and waits until the sink has all deliveries of them. */
export async function measure(earshot: Earshot, sink: Sink, burst: Burst): Promise<Measured> {
  const { type, events, rules, ratePerS } = burst;
  await sink.reset();
  const { statuses, perS, beganAtMs } = await load({
    port: earshot.port,
    path: '/app/events',
    body: JSON.stringify({ type, data: DATA }),
    connections: CONNECTIONS,
    durationMs: 60_000,
    maxRequests: events,
    headers: { authorization: `Bearer ${earshot.tokens.sandbox}` },
    stamp: STAMP,
    ...(ratePerS !== undefined && { ratePerS }),
  });
  const accepted = statuses['202'] ?? 0;
  if (accepted < events) throw new Error(`${type}: of ${String(events)} events ${JSON.stringify(statuses)}`);
  const report = await sink.reportAt(accepted * rules);
  if (report.count < accepted * rules) {
    throw new Error(`${type}: ${String(report.count)} of ${String(accepted * rules)} deliveries came`);
  }
  const seconds = (report.lastAtMs - beganAtMs) / 1000;
  return { eventsPerS: perS, deliveriesPerS: report.count / seconds, p50Ms: report.p50Ms, p95Ms: report.p95Ms };
}
