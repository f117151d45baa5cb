/** As SoftLedger's documentation shows it: says what happened to which object, and nothing of the object itself. */
import type { Json } from '../../../schemas/json.ts';
import { actionOf, channelOf, uuidOf } from './parts.ts';
import { type Format, jsonContent } from './format.ts';

export const formatSoftledger: Format = ({ event, data }) =>
  jsonContent({
    uuid: uuidOf(event.id),
    date: event.occurred_at,
    objectType: channelOf(event.type),
    action: actionOf(event.type),
    objectId: primaryKeyOf(data),
    tenantId: event.tenant_id ?? null,
  });

function primaryKeyOf(data: Json): Json {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  const { _id, id, uuid } = data as Readonly<Record<string, Json | undefined>>;
  return _id ?? id ?? uuid ?? null;
}
