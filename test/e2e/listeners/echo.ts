/** Tells everything a listener is given. */
import type { ListenerApi } from '../../../server/sdk.ts';

export default function echo(props: unknown, event: unknown, api: ListenerApi) {
  const { run, environment, user, request } = api;
  const raw = request === null ? null : Buffer.from(request.rawBody).toString('base64');
  return { props, event, run, environment, user, request: request && { ...request, rawBody: raw } };
}
