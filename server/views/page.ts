/**
 * What the edge sees of live views. It opens a route for somebody and gets a watcher: the tree as it is, the code of
 * each listener in it, and from then on frames, each for all watchers whose trees changed in the same way.
 */
import type { Json, JsonObject } from '../schemas/json.ts';
import type { PatchOp } from '../schemas/socket.ts';
import type { RouteKind } from '../schemas/view.ts';
import type { Who } from '../schemas/user.ts';

export interface PageRequest {
  readonly kind: RouteKind;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly who: Who;
  readonly state: JsonObject;
}

export interface Watcher {
  /** `page:/orders?status=paid`, with the query's members in order: the same for all who look at the same thing. */
  readonly route: string;
  readonly title: string | null;
  /** As last sent. Never changed in place; listeners stand in it as `{ _type: 'listener', code }`. */
  readonly tree: () => Tree;
  /** What a code stands for; undefined where the tree holds no such code (any more, for some seconds). */
  readonly listenerOf: (code: string) => { readonly name: string; readonly props: JsonObject } | undefined;
  /** Whether somebody with these roles may have it open. */
  readonly isOpenTo: (who: Who) => boolean;
  readonly setState: (state: JsonObject) => void;
  readonly close: () => void;
}

export interface Tree {
  /** Different for every tree of this process, and growing. */
  readonly revision: number;
  readonly ui: Json;
}

/** One change of one tree into another, for everybody who has the former. */
export type Frame =
  | {
      readonly type: 'patch';
      readonly route: string;
      readonly base: number;
      readonly revision: number;
      readonly ops: readonly PatchOp[];
    }
  | { readonly type: 'fresh'; readonly route: string; readonly revision: number; readonly ui: Json };

/** Told frames; gives back the watchers that could not take it now. They are sent the newest state at a later tick. */
export type Publish = (frame: Frame, watchers: readonly Watcher[]) => readonly Watcher[];

export interface LivePages {
  /** Throws `not_found` (no such route), `forbidden` (not with these roles), `unauthorized` (a guest, where users may). */
  readonly open: (request: PageRequest, told: { readonly onGone: (error: unknown) => void }) => Promise<Watcher>;
  /** What leads from a tree of before to the watcher's own; undefined where there is no short way. */
  readonly patchBetween: (before: Tree, now: Tree) => readonly PatchOp[] | undefined;
  /** Paths of the routes that are open to somebody. */
  readonly routesFor: (who: Who) => Readonly<Record<RouteKind, readonly string[]>>;
  /** Titles of those pages that have one, by path. */
  readonly titlesFor: (who: Who) => Readonly<Record<string, string>>;
  /** Whether a route leads there, for anybody at all. */
  readonly isRoute: (kind: RouteKind, path: string) => boolean;
  /** Sentences about views and manifest that cannot be used. */
  readonly problems: () => readonly string[];
  /** Where frames go; set once, by the edge. */
  readonly publishTo: (publish: Publish) => void;
}
