/** Ends once there is a document that says so. */
import type { ListenerApi } from '../../../../../server/sdk.ts';

export default async function wait(_props: unknown, { value }: { readonly value: string }, api: ListenerApi) {
  while ((await api.data.coll('signals').getDoc(value)) === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { waitedFor: value };
}
