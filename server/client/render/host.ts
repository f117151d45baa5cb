/**
 * What components may ask of the page around them: run a listener, go somewhere, change the query, tell the person
 * something. The app gives the real one; the gallery gives one that only shows what would be done.
 */
import { createContext, use } from 'react';
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { Problem } from '../../schemas/problem.ts';
import type { ToastTone } from '../../schemas/socket.ts';
import { createOverlays, type Overlays } from './overlayStore.ts';

/** Why something did not work, in words for people; `errors` point to fields of a form. */
export type Failure = Pick<Problem, 'code' | 'title' | 'detail' | 'errors'>;

export type Outcome = { readonly ok: true; readonly result?: Json } | { readonly ok: false; readonly failure: Failure };

export interface Host {
  /** Runs the listener behind a code and waits until it ended. Never rejects. */
  readonly run: (code: string, event: JsonObject) => Promise<Outcome>;
  readonly navigate: (to: string, replace?: boolean) => void;
  /** Merges members into the URL's query; null takes one away. */
  readonly setQuery: (changes: Readonly<Record<string, string | null>>, replace?: boolean) => void;
  readonly toast: (text: string, tone?: ToastTone) => void;
  readonly download: (name: string, text: string, type?: string) => void;
  readonly copy: (text: string) => Promise<boolean>;
  /** Told to screen readers, politely: counts and endings, not every row. */
  readonly announce: (text: string) => void;
  /** Whether the server cannot be reached now. */
  readonly isAway: () => boolean;
  readonly onAway: (changed: () => void) => () => void;
  /** Which dialogs and drawers of this page are open. */
  readonly overlays: Overlays;
}

const nobody: Outcome = {
  ok: false,
  failure: { code: 'no_host', title: 'Nothing runs here', detail: 'This part of the page is not connected.' },
};

export const HostContext = createContext<Host>({
  run: () => Promise.resolve(nobody),
  navigate: () => undefined,
  setQuery: () => undefined,
  toast: () => undefined,
  download: () => undefined,
  copy: () => Promise.resolve(false),
  announce: () => undefined,
  isAway: () => false,
  onAway: () => () => undefined,
  overlays: createOverlays(),
});

export const useHost = (): Host => use(HostContext);
