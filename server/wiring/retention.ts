/** Lets go of what is older than the retention time. */
import { createRetention } from '../runs/retention.ts';
import type { Storage } from './storage.ts';
import type { Tools } from './tools.ts';

/** Deliveries go before their events, so that none is left without. */
export function startRetention({ config, clock, log, lifecycle }: Tools, { stores }: Storage): void {
  const { retentionDays } = config;
  for (const [what, store, days] of [
    ['runs', stores.runs, retentionDays],
    ['deliveries', stores.deliveries, retentionDays],
    ['events', stores.events, retentionDays],
    ['sessions', stores.sessions, 0],
    ['sign-in attempts', stores.signInAttempts, 0],
  ] as const) {
    const retention = createRetention({ what, store, days, clock, log });
    retention.start();
    lifecycle.onStop(`retention of ${what}`, retention.stop);
  }
}
