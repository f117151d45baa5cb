/** What authors build trees of views with, as `sdk.ts` hands it on: nodes and actions are plain JSON, made by name. */
import type { Component, Shown } from '../schemas/components/authored.ts';
import type { Action } from '../schemas/components/base.ts';
import type { JsonObject } from '../schemas/json.ts';
import type { ToastTone } from '../schemas/socket.ts';
import type { Find, ListenerNode, Manifest, ViewContext, ViewNode, ViewRoute } from '../schemas/view.ts';

/**
 * A view: pure and synchronous. What it reads of `context` decides for whom, and when, it is rendered anew; what it is
 * given may be changed freely and is its own.
 */
export type View<Data = readonly unknown[], Props = JsonObject, Result = Shown> = (
  data: Data,
  props: Props,
  context: ViewContext,
) => Result;

export type { Component, Shown };

export interface ViewOptions {
  /** Tells it from its neighbours, across changes. */
  readonly key?: string;
  /** What it is given as `props`: JSON. */
  readonly props?: object;
  /** Its `data` is a list of documents. */
  readonly find?: Find;
  /** Its `data` is lists of documents, by these names. */
  readonly finds?: Readonly<Record<string, Find>>;
}

/** Another view in this place, with data of its own: it is rendered anew without this one. */
export function view(name: string, options: ViewOptions = {}): ViewNode {
  return { _type: 'view', name, ...(options as Omit<ViewNode, '_type' | 'name'>) };
}

/** What an event of a component runs. The browser learns neither name nor props. */
export function listener(name: string, props?: object): ListenerNode {
  return { _type: 'listener', name, ...(props && { props: props as JsonObject }) };
}

interface ReplaceOption {
  readonly replace?: boolean;
}

/** What an event of a component does in the browser by itself, without a round trip. */
export const action = {
  /** To another page of the app; with `replace`, without a step in the history. */
  navigate: (to: string, options: ReplaceOption = {}): Action => ({
    _type: 'action',
    action: 'navigate',
    to,
    ...options,
  }),
  /** Sets members of the URL's query string: null takes one away, `$value` stands for the event's value. */
  setQuery: (query: Readonly<Record<string, string | null>>, options: ReplaceOption = {}): Action => ({
    _type: 'action',
    action: 'set_query',
    query,
    ...options,
  }),
  /** Opens the dialog or drawer of that `key`. */
  open: (target: string): Action => ({ _type: 'action', action: 'open', target }),
  /** Closes it; the innermost, unless said. */
  close: (target?: string): Action => ({ _type: 'action', action: 'close', ...(target !== undefined && { target }) }),
  copy: (text: string): Action => ({ _type: 'action', action: 'copy', text }),
  toast: (text: string, tone?: ToastTone): Action => ({
    _type: 'action',
    action: 'toast',
    text,
    ...(tone && { tone }),
  }),
  download: (name: string, text: string): Action => ({ _type: 'action', action: 'download', name, text }),
} as const;

type Schemas = Readonly<Record<string, object>>;
interface RouteInput extends Omit<ViewRoute, 'params' | 'query'> {
  readonly params?: object;
  readonly query?: object;
}
/** As an author writes it: schemas are TypeBox's or plain JSON Schema. */
interface ManifestInput {
  readonly pages?: readonly RouteInput[];
  readonly json?: readonly RouteInput[];
  readonly schemas?: Schemas;
}

/** The routes of the app and the schemas of its collections, as `views/manifest.ts` exports them by default. */
export function defineManifest(manifest: ManifestInput): Manifest {
  return manifest as Manifest;
}
