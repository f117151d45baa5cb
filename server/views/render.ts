/** The ports to the author's code: what `listeners/` gives, which keeps foreign code in processes of its own. */
import type { Json, JsonObject } from '../schemas/json.ts';
import type { ContextKey, Manifest, ViewContext } from '../schemas/view.ts';

export interface RenderRequest {
  readonly view: string;
  /** Documents, or lists of documents by name; Dates as Dates. */
  readonly data: unknown;
  readonly props: JsonObject;
  readonly context: ViewContext;
}

export type Rendered =
  /** `used`: the members of the context that the view looked at, and so all that the result depends on beside data and props. */
  | { readonly status: 'rendered'; readonly value: Json; readonly used: readonly ContextKey[] }
  | { readonly status: 'failed'; readonly message: string; readonly stack?: string }
  /** Its process died of somebody else's fault, or the server is stopping: try again. */
  | { readonly status: 'unavailable' };

export type Render = (request: RenderRequest) => Promise<Rendered>;

/** The author's views, as read last. */
export interface ViewCode {
  readonly render: Render;
  readonly has: (view: string) => boolean;
  /** Up to three names that look like the given one. */
  readonly nearest: (view: string) => readonly string[];
  readonly manifest: () => Manifest;
  /** Sentences: which file, what is wrong, what was expected. */
  readonly problems: () => readonly string[];
  /** After each reload that changed something; gives the function that ends it. */
  readonly onChange: (callback: () => void) => () => void;
}
