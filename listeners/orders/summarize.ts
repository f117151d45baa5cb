/**
 * Every night, the cron `nightly-orders`: what the day that is just over brought in, by the clocks of the zone in the
 * props. Kept as a document, and told to the world as `orders.summarized`; a repetition changes nothing.
 */
import { defineListener, NonRetriableError, Type } from '../../server/sdk.ts';
import { createOnce } from '../_lib/documents.ts';
import type { Order } from '../_lib/orders.ts';
import { dayBefore, isZone, type Summary } from '../_lib/summaries.ts';

interface Group {
  readonly _id: { readonly status: Order['status']; readonly currency: string | null };
  readonly count: number;
  readonly amount: number;
}

export default defineListener({
  props: Type.Object({ timezone: Type.String() }),
  concurrency: 1,

  async run({ timezone }, _event, api) {
    if (!isZone(timezone))
      throw new NonRetriableError(`'${timezone}' is no time zone; expected one such as Europe/Paris.`);
    const { trigger } = api.run;
    const { day, from, to } = dayBefore(
      trigger.type === 'cron' ? new Date(trigger.scheduled_at) : new Date(),
      timezone,
    );
    const groups = await api.data.coll<Order>('orders').aggregate<Group>([
      // Times that came over HTTP are text.
      {
        $match: {
          $or: [
            { created_at: { $gte: from, $lt: to } },
            { created_at: { $gte: from.toISOString(), $lt: to.toISOString() } },
          ],
        },
      },
      {
        $group: {
          _id: { status: '$status', currency: '$currency' },
          count: { $sum: 1 },
          amount: { $sum: '$amount' },
        },
      },
    ]);
    const summary: Summary = {
      _id: `${day} ${timezone}`,
      day,
      timezone,
      from,
      to,
      orders: groups.reduce((sum, { count }) => sum + count, 0),
      by_status: sums(groups, ({ _id, count }) => [_id.status, count]),
      revenue: Object.entries(
        sums(groups, ({ _id, amount }) => [_id.currency ?? '', _id.status === 'pending' ? 0 : amount]),
      )
        .filter(([, amount]) => amount > 0)
        .map(([currency, amount]) => ({ currency, amount })),
      made_at: new Date(),
    };
    const summaries = api.data.coll<Summary>('summaries');
    const isNew = await createOnce(summaries, summary);
    const kept = isNew ? summary : ((await summaries.getDoc(summary._id)) ?? summary);
    await api.events.emit('orders.summarized', kept, { idempotencyKey: `orders.summarized:${summary._id}` });
    return { summary: summary._id, isNew };
  },
});

function sums(groups: readonly Group[], part: (group: Group) => readonly [string, number]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const group of groups) {
    const [name, count] = part(group);
    found[name] = (found[name] ?? 0) + count;
  }
  return found;
}
