/** The public trigger, for the documentation only: it is served in front of Express, by http/trigger.ts. */
import { Type } from 'typebox';
import { RunAccepted } from '../../schemas/runView.ts';
import type { RouteDoc } from '../route.ts';

export const triggerDoc: RouteDoc = {
  method: 'post',
  path: '/apps/:app_uuid/webhooks/:webhook_uuid',
  summary: 'Trigger a webhook',
  description:
    'The body, in JSON or as text, form, XML or bytes, becomes the `event` of the listener. Other methods work where ' +
    'the webhook names them in `methods`. A repeated `webhook-id`, `idempotency-key`, `x-github-delivery` or ' +
    '`x-shopify-webhook-id` starts nothing and answers with the first run.',
  tag: 'Trigger',
  auth: 'public',
  params: Type.Object({
    app_uuid: Type.String({ format: 'uuid' }),
    webhook_uuid: Type.String({ format: 'uuid' }),
  }),
  body: Type.Unknown({ description: 'JSON, text, a form, XML or bytes.' }),
  bodyOptional: true,
  bodyType: '*/*',
  example: { triggerData: 'someData' },
  responses: {
    200: { description: 'With `respond: "result"`: what the listener returned.', schema: Type.Unknown() },
    202: { description: 'Durably stored.', schema: RunAccepted },
  },
  errors: [
    'signature_invalid',
    'webhook_disabled',
    'handshake_refused',
    'loop_detected',
    'not_found',
    'method_not_allowed',
    'malformed_json',
    'malformed_body',
    'too_deep',
    'body_too_large',
    'unsupported_media_type',
    'schema_mismatch',
    'overloaded',
    'storage_unavailable',
    'stopping',
    'run_failed',
    'run_timeout',
  ],
};
