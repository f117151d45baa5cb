/**
 * For any web page: JSON routes of an Earshot server, live, without a framework.
 *
 *   import { connect } from 'https://earshot.example.com/sdk.js';
 *   const earshot = connect('https://earshot.example.com', token);
 *   const orders = earshot.route('/orders', (data) => draw(data), { query: { status: 'paid' } });
 *   data.onShip({ value: 'A-17' })       // a listener in the data is a function; resolves when its run ended
 *   orders.close(); earshot.close();
 *
 * What has not changed is the same object in the next `data`. A token is for programs and pages of trust: whoever reads
 * the page can read it. Without one, the visitor is a guest, or whoever is signed in where the page is of the same site.
 */
import type { Json, JsonObject } from '../schemas/json.ts';
import type { ListenerCode } from '../schemas/view.ts';
import { createConnection, type ConnectionState } from './live/connection.ts';
import { createCallables } from './live/callables.ts';
import { createRoutes } from './live/routes.ts';

export interface ConnectOptions {
  readonly environment?: 'production' | 'sandbox';
}

export interface RouteOptions {
  readonly query?: Readonly<Record<string, string>>;
  /** Told why the route cannot be shown, or is shown no more; it is tried again by itself where that may help. */
  readonly onError?: (problem: EarshotError) => void;
}

/** `live`: what was told last is what the server has. */
export type State = ConnectionState['status'];

export interface Route {
  /** Runs a listener that stood in the data; resolves with its result when the run ended, rejects with an EarshotError. */
  readonly run: (listener: unknown, event?: JsonObject) => Promise<Json | undefined>;
  readonly close: () => void;
}

export interface Earshot {
  /** `onChange` is told the data at first and after each change; listeners within are functions. */
  // The type of the data is the caller's to say: `route<Orders>('/orders', …)`.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  readonly route: <T = unknown>(path: string, onChange: (data: T) => void, options?: RouteOptions) => Route;
  /** Told the state at once, and each time it changes. Gives the function that ends it. */
  readonly onState: (told: (state: State) => void) => () => void;
  readonly close: () => void;
}

/** `code` is the stable name to program against. */
export class EarshotError extends Error {
  override readonly name = 'EarshotError';
  readonly code: string;
  constructor({ code, title, detail }: { code: string; title: string; detail?: string | undefined }) {
    super(detail === undefined ? title : `${title}: ${detail}`);
    this.code = code;
  }
}

export function connect(url: string, token?: string, { environment = 'production' }: ConnectOptions = {}): Earshot {
  const auth = token === undefined ? { environment } : { token, environment };
  const connection = createConnection({ url, auth });
  const routes = createRoutes(connection);
  return {
    route: (path, onChange, { query = {}, onError } = {}) => {
      const route = routes.open({ kind: 'json', path, query });
      const run = async (code: string, event: JsonObject) => {
        const outcome = await route.run(code, event);
        if (!outcome.ok) throw new EarshotError(outcome.failure);
        return outcome.result;
      };
      const callables = createCallables(run);
      let had: { readonly tree?: Json | undefined; readonly problem?: unknown } = {};
      const look = () => {
        const { tree, problem } = route.get();
        const before = had;
        had = { tree, problem };
        if (tree !== undefined && tree !== before.tree) onChange(callables.of(tree) as never);
        if (problem !== undefined && problem !== before.problem) onError?.(new EarshotError(problem));
      };
      const stop = route.subscribe(look);
      // Never before `route` has returned, even where the same route is open already.
      queueMicrotask(look);
      return {
        run: (listener, event = {}) => run(codeOf(listener, callables.codeOf), event),
        close: () => {
          stop();
          route.close();
        },
      };
    },
    onState: (told) => {
      told(connection.state.get().status);
      return connection.state.subscribe(() => told(connection.state.get().status));
    },
    close: connection.stop,
  };
}

function codeOf(listener: unknown, known: (callable: unknown) => string | undefined): string {
  const code = known(listener) ?? (listener as Partial<ListenerCode> | null | undefined)?.code;
  if (typeof code === 'string') return code;
  throw new EarshotError({
    code: 'no_listener',
    title: 'That is no listener',
    detail: 'Give one that stood in the data.',
  });
}
