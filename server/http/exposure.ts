/**
 * Where a request came from, as far as it matters to what is open without a token. Every request is shown to the
 * egress guard's loopback rule, too: the first sign of an outside caller closes loopback to outbound requests.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isForeignRequest, type LoopbackRule } from '../lib/egress/loopback.ts';
import { isLoopbackAddress, isLoopbackHost } from '../lib/hostCheck.ts';

export interface ExposureWatch {
  /** To be told the headers of every request, trigger or not. */
  readonly observe: (headers: IncomingHttpHeaders) => void;
  /** This very request came straight from this machine, through no proxy. */
  readonly isFromHere: (remoteAddress: string | undefined, headers: IncomingHttpHeaders) => boolean;
}

export interface ExposureDeps {
  readonly loopback: LoopbackRule;
  readonly publicUrl: string | undefined;
}

export function createExposureWatch({ loopback, publicUrl }: ExposureDeps): ExposureWatch {
  // A proxy on the same machine may add no header at all, so a public address alone ends the trust in loopback.
  const isPublic = publicUrl !== undefined && !isLoopbackHost(new URL(publicUrl).host);

  return {
    observe(headers) {
      if (loopback.isOpen() && isForeignRequest(headers)) loopback.sawForeignRequest();
    },
    isFromHere: (remoteAddress, headers) =>
      !isPublic && isLoopbackAddress(remoteAddress) && isLoopbackHost(headers.host) && !isForeignRequest(headers),
  };
}
