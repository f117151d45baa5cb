/** The headers every answer of the management surface carries. Pages that need more than nothing bring their own policy. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** For answers that are data: a browser that is shown one anyway may load and run nothing. */
const DATA_POLICY = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] };

export function createSecurityHeaders(options: { readonly isHttps: boolean }): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: DATA_POLICY },
    // Only where the outside speaks https: on a developer's localhost it would lock other projects' ports out.
    strictTransportSecurity: options.isHttps ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
}
