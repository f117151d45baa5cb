/** Why a request never left, or left and brought nothing back: one name each, so that an attempt can say what it was. */

export const egressErrorCodes = [
  'invalid_url', //         no URL, another scheme, a user name in it, a port that is never HTTP
  'invalid_header', //      a header that would break out of its line or that belongs to the connection
  'invalid_request', //     a method that is not for requests, a body over what can be sent
  'egress_blocked', //      the address is private, loopback, link-local, metadata … and no setting opens it
  'dns_failed', //          the name has no address
  'timeout', //             the whole exchange did not end in time
  'connection_refused',
  'unreachable', //         no route to the address
  'connection_closed', //   the other side hung up before its response was complete
  'tls_failed', //          no trusted, matching certificate, or no common protocol
  'invalid_response', //    what came back is no HTTP
  'response_too_large',
  'aborted', //             the caller's own signal
  'closed', //              the server is stopping
] as const;
export type EgressErrorCode = (typeof egressErrorCodes)[number];

/** Milliseconds each part took; null for a part that did not happen (a kept connection has no lookup, http no TLS). */
export interface EgressTimings {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

export interface EgressErrorOptions {
  readonly cause?: unknown;
  readonly timings?: EgressTimings;
  /** The status, where one came before the exchange failed. */
  readonly status?: number;
}

export class EgressError extends Error {
  readonly code: EgressErrorCode;
  readonly timings: EgressTimings | undefined;
  readonly status: number | undefined;

  constructor(code: EgressErrorCode, message: string, options: EgressErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EgressError';
    this.code = code;
    this.timings = options.timings;
    this.status = options.status;
  }
}
