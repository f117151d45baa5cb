/**
 * Any service that signs with a shared key: where the signature stands, how it is written and what it covers are
 * settings. The parts are joined so that one text has one reading: only the body may contain the separator.
 */
import { refuse, type HmacConfig, type SignedRequest, type Verdict } from './config.ts';
import { decodeSignature, isSignedBy } from './digest.ts';
import { headerOf } from './headers.ts';
import { timestampFault } from './timestamp.ts';

export function verifyHmac(config: HmacConfig, request: SignedRequest): Verdict {
  const header = headerOf(request, config.header);
  if (header === undefined) return refuse('missing_signature');
  const timestamp = config.timestampHeader === null ? undefined : headerOf(request, config.timestampHeader);
  if (config.timestampHeader !== null) {
    const fault = timestampFault(timestamp, config.toleranceS, request.nowMs);
    if (fault !== null) return refuse(fault);
  }
  const signature = header.startsWith(config.prefix)
    ? decodeSignature(caseOf(config, header.slice(config.prefix.length)), config.encoding, config.algorithm)
    : null;
  if (signature === null) return refuse('malformed_signature');

  const parts = signedParts(config, request, timestamp);
  if (parts === null) return refuse('malformed_header');
  if (!isSignedBy(config.keys, config.algorithm, parts, [signature])) return refuse('signature_mismatch');
  return timestamp === undefined ? { ok: true } : { ok: true, signedTimestamp: timestamp };
}

/** Some services write hexadecimal in capitals. */
function caseOf({ encoding }: HmacConfig, text: string): string {
  return encoding === 'hex' ? text.toLowerCase() : text;
}

function signedParts(config: HmacConfig, request: SignedRequest, timestamp: string | undefined) {
  const parts: (string | Buffer)[] = [];
  for (const [index, part] of config.signed.entries()) {
    if (index > 0) parts.push(config.separator);
    switch (part.part) {
      case 'body':
        parts.push(request.rawBody);
        break;
      case 'timestamp':
        parts.push(timestamp ?? '');
        break;
      case 'text':
        parts.push(part.text);
        break;
      case 'header': {
        const value = headerOf(request, part.name);
        if (value === undefined || (config.signed.length > 1 && value.includes(config.separator))) return null;
        parts.push(value);
      }
    }
  }
  return parts;
}
