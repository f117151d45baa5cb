/**
 * The one door out. Everything Earshot sends to the outside goes through here, because what a person may type as a
 * target must not become a request into the network Earshot stands in.
 */
import { Agent } from 'undici';
import { createAddressRule } from './egress/addresses.ts';
import { type Connect, connectTcp, createConnector } from './egress/connect.ts';
import { EgressError, type EgressTimings } from './egress/errors.ts';
import { runExchange } from './egress/exchange.ts';
import { createGuard, type Resolve } from './egress/guard.ts';
import { checkHeaders } from './egress/headers.ts';
import { createResolver } from './egress/resolve.ts';
import { createSocketLedger } from './egress/sockets.ts';

export interface EgressRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For the whole exchange: lookup, connection, request and the last byte of the response. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** What a longer response is: `fail` (default) is `response_too_large`, `cut` keeps the first bytes and hangs up. */
  readonly tooLarge?: 'fail' | 'cut';
  readonly signal?: AbortSignal;
}

export interface EgressResponse {
  /** Redirects are answers like any other: they are never followed. */
  readonly status: number;
  /** Lower-case names; values of a repeated header are joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** As sent: nothing is decompressed. */
  readonly body: Uint8Array;
  /** True when `tooLarge: 'cut'` left something unread. */
  readonly isCut: boolean;
  /** The address the bytes went to. */
  readonly remoteAddress: string | null;
  readonly timings: EgressTimings;
}

export interface Egress {
  /** What can be said against a URL by its text alone; looks nothing up. Throws an EgressError. */
  readonly inspect: (url: string) => void;
  /** Whether a request to this URL would come back to Earshot itself. Throws an EgressError where it is no URL. */
  readonly isOwn: (url: string) => boolean;
  /** Whether a request to this URL would be let out now; looks its name up, dials nothing. Throws an EgressError. */
  readonly check: (url: string) => Promise<void>;
  /** Sends one request. Any answer is a value, whatever its status; everything else is an EgressError. */
  readonly request: (request: EgressRequest) => Promise<EgressResponse>;
  readonly close: () => Promise<void>;
}

export interface EgressDeps {
  /** CIDR ranges that are open whatever they are; one that cannot be read throws. */
  readonly allow?: readonly string[];
  readonly allowPorts?: readonly number[];
  readonly allowLoopback?: () => boolean;
  readonly httpsOnly?: boolean;
  /** URLs under which Earshot itself answers, such as http://127.0.0.1:4000: only its triggers may be called there. */
  readonly ownUrls?: () => readonly string[];
  /** Certificate authorities to trust beside the usual ones, in PEM. */
  readonly ca?: readonly string[];
  readonly connectTimeoutMs?: number;
  readonly resolve?: Resolve;
  readonly connect?: Connect;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const MAX_RESPONSE_HEADER_BYTES = 16 * 1024;

export function createEgress(deps: EgressDeps = {}): Egress {
  const { allow = [], allowPorts = [], httpsOnly = false, ca = [], connectTimeoutMs = 10_000 } = deps;
  const { allowLoopback = () => false, ownUrls = () => [], resolve = createResolver(), connect = connectTcp } = deps;
  const guard = createGuard({
    addressRule: createAddressRule({ allow, allowLoopback }),
    resolve,
    targetRules: { httpsOnly, allowPorts },
    ownUrls,
  });
  const sockets = createSocketLedger();
  const connector = createConnector({ guard, connect, connectTimeoutMs, ca, onConnected: sockets.remember });
  let wasLoopbackOpen = allowLoopback();
  let dispatcher = newDispatcher();

  function newDispatcher(): Agent {
    return new Agent({
      connect: connector,
      pipelining: 1,
      maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Connections that were made while loopback was open must not outlive that. */
  function currentDispatcher(): Agent {
    const isOpen = allowLoopback();
    if (wasLoopbackOpen && !isOpen) {
      void dispatcher.destroy();
      dispatcher = newDispatcher();
    }
    wasLoopbackOpen = isOpen;
    return dispatcher;
  }

  return {
    inspect: (url) => void guard.parse(url),
    isOwn: guard.isOwn,

    async check(url) {
      const { hostname, port, isLiteral } = guard.parse(url);
      if (!isLiteral) await guard.resolveAll(hostname, port);
    },

    async request(request) {
      const target = guard.parse(request.url);
      checkHeaders(request.headers ?? {});
      if (!METHODS.has(request.method ?? 'GET')) {
        throw new EgressError('invalid_request', `The method must be one of ${[...METHODS].join(', ')}`);
      }
      return runExchange({ dispatcher: currentDispatcher(), sockets }, target, request);
    },

    async close() {
      await dispatcher.destroy();
      sockets.close();
    },
  };
}
