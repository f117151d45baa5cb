/**
 * What can go wrong for a caller, in one catalogue: the stable `code`, the HTTP status and the title of each.
 * A place that finds a fault throws `new AppError('not_found', { detail })`; the HTTP edge turns it into an
 * RFC 9457 `application/problem+json` body. Anything thrown that is not an AppError is a bug and is shown as `internal`.
 */
export const catalogue = {
  invalid_input: { status: 422, title: 'The request does not have the expected shape' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  malformed_body: { status: 400, title: 'The body cannot be read' },
  too_deep: { status: 400, title: 'The body is nested too deeply or has too many members' },
  duplicate_header: { status: 400, title: 'A header that must appear once appears more than once' },
  invalid_cursor: { status: 400, title: 'The cursor does not belong to this list' },
  unauthorized: { status: 401, title: 'A valid token or session is required' },
  signature_invalid: { status: 401, title: 'The request could not be verified' },
  forbidden: { status: 403, title: 'That is not allowed' },
  webhook_disabled: { status: 403, title: 'The webhook is disabled' },
  handshake_refused: { status: 403, title: 'The handshake was refused' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'The request conflicts with the current state' },
  gone: { status: 410, title: 'This no longer exists' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type or encoding is not supported' },
  misdirected_host: { status: 421, title: 'This server does not answer for that host' },
  channel_exclusive: { status: 422, title: 'An exclusive channel stands beside another channel' },
  egress_blocked: { status: 422, title: 'That address may not be called' },
  listener_not_found: { status: 422, title: 'There is no listener of that name' },
  invalid_schema: { status: 422, title: 'The JSON Schema cannot be used' },
  schema_mismatch: { status: 422, title: 'The body does not fit the schema' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The header fields are too large' },
  internal: { status: 500, title: 'An unexpected fault, logged with the request id' },
  secret_unreadable: { status: 500, title: 'A stored secret cannot be read with the present key' },
  run_failed: { status: 502, title: 'The run failed' },
  overloaded: { status: 503, title: 'Too much work is waiting' },
  storage_unavailable: { status: 503, title: 'The database cannot be reached' },
  stopping: { status: 503, title: 'The server is stopping' },
  loop_detected: { status: 508, title: 'The request came back through our own deliveries too often' },
  run_timeout: { status: 504, title: 'The run did not finish in time' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ErrorCode = keyof typeof catalogue;

/** One fault of one field: `path` is a JSON Pointer (RFC 6901) into the part of the request named by `in`. */
export interface FieldFault {
  readonly in?: 'body' | 'query' | 'path' | 'header';
  readonly path: string;
  readonly message: string;
}

export interface AppErrorOptions {
  /** A whole sentence: what is wrong, where, and what was expected. */
  readonly detail?: string;
  readonly errors?: readonly FieldFault[];
  /** Seconds, sent as Retry-After. */
  readonly retryAfterS?: number;
  /** Methods that work here, sent as Allow. */
  readonly allow?: readonly string[];
  /** More members for the problem body, such as `run` or `nearest`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A fault that a caller can meet and act on. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly options: AppErrorOptions;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.detail ?? catalogue[code].title, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = catalogue[code].status;
    this.options = options;
  }
}
