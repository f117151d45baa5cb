/** Lets go of what is older than the retention time. */
import { createRetention } from '../runs/retention.ts';
import type { Storage } from './storage.ts';
import type { Tools } from './tools.ts';

/** Deliveries go before their events, so that none is left without. */
export function startRetention({ config, clock, log, lifecycle }: Tools, { stores }: Storage): void {
  for (const [what, store] of [
    ['runs', stores.runs],
    ['deliveries', stores.deliveries],
    ['events', stores.events],
  ] as const) {
    const retention = createRetention({ what, store, days: config.retentionDays, clock, log });
    retention.start();
    lifecycle.onStop(`retention of ${what}`, retention.stop);
  }
}
