/** The time zone whose midnights end a day. */
import { listener, type Component } from '../../server/sdk.ts';
import type { NightlySettings } from '../../listeners/_lib/summaries.ts';

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

export default function zone([settings]: readonly NightlySettings[]): Component {
  return {
    _type: 'select',
    label: 'Days end at midnight in',
    value: settings?.timezone ?? 'UTC',
    options: zones.map((value) => ({ value })),
    searchable: true,
    onChanged: listener('orders.summaryZone'),
  };
}
