/** Wires what is known of events before they happen: the catalogue, and the rules that wait for them. */
import { createCatalogue } from '../events/catalogue/catalogue.ts';
import { createLiveCatalogue } from '../events/catalogue/live.ts';
import { createLiveRules } from '../rules/live.ts';
import { findPattern } from '../rules/patterns.ts';
import type { Storage } from './storage.ts';
import type { Tools } from './tools.ts';

/** The catalogue and the rules, held in memory. */
export async function openRules({ clock, log, lifecycle }: Tools, { stores, sealer }: Storage) {
  const catalogue = createLiveCatalogue({
    store: stores.eventTypes,
    matches: (pattern, type) => findPattern([pattern], type) !== undefined,
    clock,
    log,
  });
  const eventTypes = createCatalogue({ store: stores.eventTypes, live: catalogue, clock });
  const liveRules = createLiveRules({ store: stores.rules, sealer, clock, log });
  await catalogue.start();
  lifecycle.onStop('catalogue', catalogue.stop);
  await eventTypes.installDefaults();
  await liveRules.start();
  lifecycle.onStop('rules', liveRules.stop);
  return { catalogue, eventTypes, liveRules };
}

export type Rules = Awaited<ReturnType<typeof openRules>>;
