/** Stamps one row of the board with the time at which the change was asked for. */
import type { ListenerApi } from '../../../../../server/sdk.ts';

export default async function tick(
  _props: unknown,
  event: { readonly row: string; readonly at: number },
  api: ListenerApi,
) {
  await api.data.coll('board').updateMany({ _id: event.row }, { $set: { at: event.at } });
}
