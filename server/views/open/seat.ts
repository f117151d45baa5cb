/** One who watches, as the page sees him: who he is, and what he was sent last. */
import type { PageRequest, Tree, Watcher } from '../page.ts';
import type { Composition } from '../compose/compose.ts';
import type { Looking } from '../compose/seenMemo.ts';
import type { OpenPage } from './openPage.ts';

/** What a page is for somebody, and for all who see the same. */
export interface Shown extends Composition {
  readonly tree: Tree;
}

export interface Seat {
  request: PageRequest;
  readonly watcher: Watcher;
  readonly onGone: (error: unknown) => void;
  page: OpenPage;
  looking: Looking;
  /** As last sent; undefined until the first answer. */
  tree: Tree | undefined;
  shown: Shown | undefined;
  /** Who he was when he was sent that: his state may have changed since. */
  seenAs: Looking;
  /** Who he was in the last seconds, before his state changed. */
  earlier: readonly { readonly looking: Looking; readonly untilMs: number }[];
}
