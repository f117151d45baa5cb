/** Keeps what it is sent in the session, as a form's draft. */
import { type Json, type ListenerApi } from '../../../../../server/sdk.ts';

export default async function setState(_props: unknown, event: { readonly value: Json }, api: ListenerApi) {
  await api.session.set({ draft: event.value });
}
