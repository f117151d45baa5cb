import { type ListenerApi } from '../../../server/sdk.ts';

/** Emits the event that ran it, which brings it back here. */
export default async function emitAgain(
  _props: unknown,
  event: { readonly type: string; readonly data: number },
  api: ListenerApi,
) {
  await api.events.emit(event.type, event.data + 1);
}
