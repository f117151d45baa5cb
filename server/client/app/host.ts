/** The real host of components: the server through the connection, the browser through this page. */
import type { Connection } from '../live/connection.ts';
import type { PageFlow } from '../live/pageFlow.ts';
import type { Host } from '../render/host.ts';
import type { Overlays } from '../render/overlayStore.ts';
import { announce } from './announce.tsx';
import { copyText } from './copy.ts';
import { downloadText } from './download.ts';
import { mergeQuery, navigateTo } from './navigate.ts';
import type { Place } from './place.ts';
import { toast } from './toast.ts';

interface HostDeps {
  readonly place: Place;
  readonly connection: Pick<Connection, 'state'>;
  readonly flow: Pick<PageFlow, 'run'>;
  /** Of one page: whatever is open closes when the person leaves it. */
  readonly overlays: Overlays;
}

export function createHost({ place, connection, flow, overlays }: HostDeps): Host {
  return {
    run: flow.run,
    navigate: (to, replace) => navigateTo(to, place, replace),
    setQuery: mergeQuery,
    toast,
    download: downloadText,
    copy: copyText,
    announce,
    isAway: () => connection.state.get().status !== 'live',
    onAway: connection.state.subscribe,
    overlays,
  };
}
