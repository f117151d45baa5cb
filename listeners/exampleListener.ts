/**
 * The smallest listener: a webhook made with `{ "action": "exampleListener", "props": { "userId": 1 } }` hands `props`
 * over at every trigger, and what the caller sent, such as `{ "triggerData": "someData" }`, is `event`.
 */
import type { Json, ListenerApi } from '../server/sdk.ts';
import { createOnce } from './_lib/documents.ts';

export default async function exampleListener(
  props: { readonly userId?: Json },
  event: { readonly triggerData?: Json } | null,
  api: ListenerApi,
) {
  const userId = props.userId ?? null;
  const triggerData = event?.triggerData ?? null;
  // Named after the run: a run that is executed twice still writes one document.
  const trigger = { _id: api.run.id, userId, triggerData };
  await createOnce(api.data.coll<typeof trigger>('triggers'), trigger);
  api.log.info('triggered', { userId, triggerData });
  return { userId, triggerData };
}
