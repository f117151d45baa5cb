/** Types of `/sdk.js`, for pages of other sites: save this file beside the script, or name it in `paths` of tsconfig.json. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A listener in the data: call it, with an event if it takes one; resolves when its run ended. */
export type Callable = (event?: Readonly<Record<string, Json>>) => Promise<Json | undefined>;

export interface ConnectOptions {
  readonly environment?: 'production' | 'sandbox';
}

export interface RouteOptions {
  readonly query?: Readonly<Record<string, string>>;
  /** Told why the route cannot be shown, or is shown no more; it is tried again by itself where that may help. */
  readonly onError?: (problem: EarshotError) => void;
}

/** `live`: what was told last is what the server has. */
export type State = 'connecting' | 'live' | 'waiting' | 'stopped';

export interface Route {
  /** Runs a listener that stood in the data; rejects with an EarshotError. */
  readonly run: (listener: unknown, event?: Readonly<Record<string, Json>>) => Promise<Json | undefined>;
  readonly close: () => void;
}

export interface Earshot {
  /** `onChange` is told the data at first and after each change; what has not changed is the same object. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  readonly route: <T = unknown>(path: string, onChange: (data: T) => void, options?: RouteOptions) => Route;
  /** Told the state at once, and each time it changes. Gives the function that ends it. */
  readonly onState: (told: (state: State) => void) => () => void;
  readonly close: () => void;
}

/** `code` is the stable name to program against. */
export declare class EarshotError extends Error {
  readonly code: string;
}

export declare function connect(url: string, token?: string, options?: ConnectOptions): Earshot;
