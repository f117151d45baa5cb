/** The choice on the page of summaries: from now on, nights are those of this time zone. */
import { defineListener, Type } from '../../server/sdk.ts';
import { isZone, NIGHTLY, type NightlySettings } from '../_lib/summaries.ts';

export default defineListener({
  event: Type.Object({ value: Type.String({ maxLength: 100 }) }),

  async run(_props, { value: timezone }, api) {
    if (!isZone(timezone)) {
      await api.session.toast({ text: `${timezone} is no time zone.`, tone: 'error' });
      return;
    }
    const { next_runs } = await api.crons.update(NIGHTLY, { timezone, props: { timezone } });
    await api.data.coll<NightlySettings>('settings').updateDoc({ _id: 'nightly', timezone }, { upsert: true });
    await api.session.toast({ text: `Days end at midnight in ${timezone} now.`, tone: 'success' });
    return { next: next_runs[0] };
  },
});
