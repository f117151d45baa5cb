/** Sends the browser somewhere. */
import { type ListenerApi } from '../../../../../server/sdk.ts';

export default async function sendTo({ to }: { readonly to: string }, _event: unknown, api: ListenerApi) {
  await api.session.toast({ text: `<img src=x onerror=alert(1)> ${to}` });
  // Most are refused.
  await api.session.navigate(to).catch(() => undefined);
}
