/** What is to be there from the first start on: the nightly summary. A cron that somebody deleted stays deleted. */
import type { ListenerApi } from '../server/sdk.ts';
import { createOnce } from './_lib/documents.ts';
import { NIGHTLY, type NightlySettings } from './_lib/summaries.ts';

export async function onEnvStart(_props: unknown, _event: unknown, api: ListenerApi): Promise<void> {
  const settings = api.data.coll<NightlySettings>('settings');
  if ((await settings.getDoc('nightly')) !== null) return;
  const timezone = 'UTC';
  const known = (await api.crons.list()).some(({ name }) => name === NIGHTLY);
  if (!known) {
    await api.crons.create({
      name: NIGHTLY,
      listener_name: 'orders.summarize',
      schedule: '0 0 * * *',
      timezone,
      props: { timezone },
      missed: 'all',
    });
  }
  await createOnce<NightlySettings>(settings, { _id: 'nightly', timezone });
}
