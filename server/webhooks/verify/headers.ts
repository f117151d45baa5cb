/** Which headers a scheme reads, and reading them. Names are lower case, as node:http gives them. */
import type { SignedRequest, VerifyConfig } from './config.ts';

/** Headers that must not appear twice: node:http joins most repeated headers and drops others, so two could mean anything. */
export function securityHeaders(config: VerifyConfig): readonly string[] {
  switch (config.type) {
    case 'none':
      return [];
    case 'standard-webhooks':
      return ['webhook', 'svix'].flatMap((family) => [`${family}-id`, `${family}-timestamp`, `${family}-signature`]);
    case 'github':
      return ['x-hub-signature-256'];
    case 'stripe':
      return ['stripe-signature'];
    case 'slack':
      return ['x-slack-signature', 'x-slack-request-timestamp'];
    case 'shopify':
      return ['x-shopify-hmac-sha256'];
    case 'hmac': {
      const signed = config.signed.flatMap((part) => (part.part === 'header' ? [part.name] : []));
      return [config.header, ...(config.timestampHeader === null ? [] : [config.timestampHeader]), ...signed];
    }
    case 'basic':
      return ['authorization'];
    case 'api-key':
      return [config.header];
  }
}

/** Headers that must not be kept with a run: they let their holder in, or prove nothing any more. */
export function secretHeaders(config: VerifyConfig): readonly string[] {
  const own = securityHeaders(config).filter((name) => !/-(?:id|timestamp)$/.test(name));
  return [...new Set(['authorization', 'proxy-authorization', 'cookie', ...own])];
}

export function headerOf({ headers }: SignedRequest, name: string): string | undefined {
  return headers[name]?.[0];
}
