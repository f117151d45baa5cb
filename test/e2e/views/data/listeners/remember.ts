/** Keeps what it is sent for this connection. */
import type { ListenerApi } from '../../../../../server/sdk.ts';

export default async function remember(_props: unknown, event: { readonly value: object }, api: ListenerApi) {
  return api.session.set({ ...event.value });
}
