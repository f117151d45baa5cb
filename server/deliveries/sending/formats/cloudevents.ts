/**
 * CloudEvents 1.0 over HTTP, structured (the event is the body) and binary (the event is the headers, its data the body).
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
import type { Event } from '../../../schemas/event.ts';
import { type Format, jsonContent } from './format.ts';

export const formatCloudEvents: Format = ({ event, data }) =>
  jsonContent(
    { ...attributesOf(event), datacontenttype: 'application/json', data },
    'application/cloudevents+json; charset=utf-8',
  );

export const formatCloudEventsBinary: Format = ({ event, data }) => ({
  ...jsonContent(data),
  headers: Object.fromEntries(
    Object.entries(attributesOf(event)).map(([name, value]) => [`ce-${name}`, encodeHeader(value)]),
  ),
});

/** Names of attributes are lower-case letters and digits; `tenantid` is an extension. */
function attributesOf(event: Event): Readonly<Record<string, string>> {
  return {
    specversion: '1.0',
    id: event.id,
    source: `/earshot/${event.environment}`,
    type: event.type,
    time: event.occurred_at,
    ...(event.tenant_id !== undefined && { tenantid: event.tenant_id }),
  };
}

/** Section 3.1.3.2 of the binding: space, `"`, `%` and all that is not printable ASCII as percent-encoded UTF-8. */
function encodeHeader(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
