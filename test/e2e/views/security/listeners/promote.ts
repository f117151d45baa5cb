/** What no page offers: that it ran shows a hole. */
import { type ListenerApi } from '../../../../../server/sdk.ts';

export default async function promote(props: object, _event: unknown, api: ListenerApi) {
  await api.data.coll('promoted').createDoc({ props });
}
