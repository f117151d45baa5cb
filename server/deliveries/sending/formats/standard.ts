/**
 * The payload that Standard Webhooks recommends. `changed` is there for updates of documents.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { type Format, jsonContent } from './format.ts';

export const formatStandard: Format = ({ event, data }) =>
  jsonContent({
    type: event.type,
    timestamp: event.occurred_at,
    data,
    ...(event.changed && { changed: event.changed }),
  });
