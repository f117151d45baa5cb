/** Notes that it ran, with what and for whom. */
import { type ListenerApi } from '../../../../../server/sdk.ts';

export default async function touch(props: object, event: unknown, api: ListenerApi) {
  await api.data.coll('touched').createDoc({ props, event, user: api.user });
  return { done: true };
}
