/**
 * A browser that shows a page of ours, and who sits before it. Its cookie is sent along whoever made it send a request,
 * so what changes something must come from a page of this very origin: `Origin` has to say so, and `Sec-Fetch-Site`
 * where the browser sends it. A request without Origin is no page's.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../lib/errors.ts';
import { environmentNamed } from '../schemas/app.ts';
import type { Identity, Visitor } from '../schemas/user.ts';

export interface VisitorDeps {
  /** Undefined for a guest. */
  readonly identify: (cookieHeader: string | undefined, environmentId: number) => Promise<Identity | undefined>;
  readonly callerAddress: (req: IncomingMessage) => string;
  readonly publicUrl: string | undefined;
}

/** Throws `forbidden` for a request that a foreign page may have caused. */
export type ReadVisitor = (req: IncomingMessage) => Promise<Visitor>;

/** Which of the two a page shows, as a parameter of the query. */
export const ENVIRONMENT_PARAMETER = 'environment';

export function createVisitorReader({ identify, callerAddress, publicUrl }: VisitorDeps): ReadVisitor {
  const isOwnOrigin = createOriginCheck(publicUrl);

  return async function readVisitor(req) {
    if (req.method !== 'GET' && req.method !== 'HEAD') checkOrigin(req, isOwnOrigin);
    const environmentId = environmentOf(req);
    const session = await identify(req.headers.cookie, environmentId);
    return {
      environmentId,
      address: callerAddress(req),
      userAgent: req.headers['user-agent'] ?? '',
      ...(session !== undefined && { session }),
    };
  };
}

/** Whether an Origin is the one this server is reached by: that of PUBLIC_URL, or of the Host it was asked for. */
export function createOriginCheck(publicUrl: string | undefined) {
  const known = publicUrl === undefined ? undefined : new URL(publicUrl);

  return function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
    const given = new URL(origin);
    if (given.origin !== origin) return false;
    if (given.origin === known?.origin) return true;
    // A proxy may speak https to the outside and http to us; http to a site that is known to be https is forged.
    const isKnownScheme = given.protocol === 'https:' || (given.protocol === 'http:' && known?.protocol !== 'https:');
    return isKnownScheme && given.host === host.toLowerCase();
  };
}

function checkOrigin(req: IncomingMessage, isOwnOrigin: ReturnType<typeof createOriginCheck>): void {
  const [origin, ...others] = req.headersDistinct.origin ?? [];
  if (others.length > 0 || !isOwnOrigin(origin, req.headers.host)) {
    throw new AppError('forbidden', {
      detail: 'Only a page of this server may do that: Origin is another or missing.',
    });
  }
  const [site = 'same-origin', ...sites] = req.headersDistinct['sec-fetch-site'] ?? [];
  if (sites.length > 0 || site !== 'same-origin') {
    throw new AppError('forbidden', {
      detail: 'Only a page of this server may do that: Sec-Fetch-Site says otherwise.',
    });
  }
  if (req.headers['content-type'] === undefined && hasBody(req)) {
    throw new AppError('unsupported_media_type', { detail: 'Send the body with "content-type: application/json".' });
  }
}

/** What is no name of an environment is refused with the rest of the query. */
function environmentOf({ url = '' }: IncomingMessage): number {
  const parameters = new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length));
  return environmentNamed(parameters.get(ENVIRONMENT_PARAMETER) === 'sandbox' ? 'sandbox' : 'production').id;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
