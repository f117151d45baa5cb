/** The first page: what came in, and where to go on. Each part has data of its own and is rendered anew by itself. */
import { view, type Component } from '../server/sdk.ts';

export default function overview(): Component {
  return {
    _type: 'page',
    title: 'Overview',
    subtitle: 'The sample app. What webhooks bring in shows up here by itself.',
    children: [
      view('figures', {
        finds: {
          orders: { coll: 'orders', projection: { status: true, amount: true }, options: { limit: 250 } },
          issues: {
            coll: 'issues',
            query: { state: 'open', removed: { $exists: false } },
            projection: { _id: true },
            options: { limit: 250 },
          },
          repositories: { coll: 'repositories', projection: { _id: true }, options: { limit: 250 } },
        },
      }),
      view('orders.chart', {
        find: {
          coll: 'orders',
          query: { created_at: { $exists: true } },
          projection: { created_at: true, amount: true },
          options: { sort: { created_at: -1 }, limit: 250 },
        },
      }),
    ],
  };
}
