/** All that may be done with the catalogue of event types, put together: single types, packs, imports and settings. */
import type { Clock } from '../../lib/clock.ts';
import { createImport } from './import.ts';
import { createInstall } from './install.ts';
import type { LiveCatalogue } from './live.ts';
import { createManageEventTypes } from './manage.ts';
import { createPacks } from './packs.ts';
import type { EventTypeStore } from './store.ts';

export interface CatalogueDeps {
  readonly store: Omit<EventTypeStore, 'ensureIndexes' | 'all'>;
  readonly live: Pick<LiveCatalogue, 'refresh'>;
  readonly clock: Clock;
}

export function createCatalogue(deps: CatalogueDeps) {
  const install = createInstall(deps);
  return {
    ...createManageEventTypes(deps),
    ...createPacks({ store: deps.store, install }),
    importDocument: createImport({ install }),
  };
}
