/** What live views ask of others: documents, news of changes, the author's code, and the components there are. */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { ComponentSpec } from '../schemas/components/base.ts';
import type { LivePages } from './page.ts';
import type { ViewCode } from './render.ts';

/** Plain data; times are Dates. */
export type Doc = Readonly<Record<string, unknown>>;

/** A query that has been checked and in which nothing stands for anything any more: it is asked as it is. */
export interface FindSpec {
  readonly coll: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly projection: Readonly<Record<string, 0 | 1>>;
  readonly sort: readonly (readonly [field: string, direction: 1 | -1])[];
  readonly skip: number;
  readonly limit: number;
}

export type FindDocs = (environmentId: number, find: FindSpec) => Promise<readonly Doc[]>;

export interface DataChange {
  /** Absent where it was not there. With neither, nothing is known, and every query of the collection is asked again. */
  readonly before?: Doc | undefined;
  readonly after?: Doc | undefined;
}

/** What one commit changed in one collection. */
export interface CollectionChanges {
  readonly environmentId: number;
  readonly collection: string;
  readonly changes: readonly DataChange[];
}

/** Told after each commit; gives the function that ends it. */
export interface Changes {
  readonly subscribe: (callback: (changed: CollectionChanges) => void) => () => void;
}

export interface LivePagesDeps {
  readonly code: ViewCode;
  readonly find: FindDocs;
  readonly changes: Changes;
  readonly clock: Clock;
  /** Of this process: what the codes of listeners are made with. */
  readonly secret: Buffer;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Stacks stand in error boxes only then. */
  readonly isDevelopment: boolean;
  readonly components: ReadonlyMap<string, ComponentSpec>;
}

/** Until `start` nothing that changes is seen; after `stop` nothing is sent. */
export type LivePagesService = LivePages & { readonly start: () => void; readonly stop: () => void };
