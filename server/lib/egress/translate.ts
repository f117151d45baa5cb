/** Turns what Node and undici throw into one of our own names. */
import { EgressError, type EgressErrorCode } from './errors.ts';

const CODES: Readonly<Record<string, readonly [EgressErrorCode, string]>> = {
  ECONNREFUSED: ['connection_refused', 'The connection was refused'],
  EHOSTUNREACH: ['unreachable', 'There is no route to the address'],
  ENETUNREACH: ['unreachable', 'There is no route to the address'],
  EADDRNOTAVAIL: ['unreachable', 'There is no route to the address'],
  ENOTFOUND: ['dns_failed', 'The name has no address'],
  EAI_AGAIN: ['dns_failed', 'The name could not be looked up'],
  ETIMEDOUT: ['timeout', 'No connection was made in time'],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', 'No connection was made in time'],
  ECONNRESET: ['connection_closed', 'The other side closed the connection'],
  EPIPE: ['connection_closed', 'The other side closed the connection'],
  UND_ERR_SOCKET: ['connection_closed', 'The other side closed the connection before its response was complete'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['invalid_response', 'The response is not as long as it says'],
  UND_ERR_HEADERS_OVERFLOW: ['response_too_large', 'The header fields of the response are too large'],
  UND_ERR_CLOSED: ['closed', 'The server is stopping'],
  UND_ERR_DESTROYED: ['closed', 'The server is stopping'],
  UND_ERR_INVALID_ARG: ['invalid_request', 'The request cannot be sent'],
};

export function egressErrorOf(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  const code = codeOf(error);
  const known = CODES[code];
  if (known !== undefined) return new EgressError(known[0], known[1], { cause: error });
  if (code.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError'))
    return new EgressError('invalid_response', 'The response is no HTTP', { cause: error });
  return new EgressError('connection_closed', 'The connection failed', { cause: error });
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses were tried and each failed in its own way: the first one speaks.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}
