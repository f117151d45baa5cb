/** What each day brought in, and whose midnight ends a day. */
import { view, type Component } from '../../server/sdk.ts';

export default function page(): Component {
  return {
    _type: 'page',
    title: 'Summaries',
    subtitle: 'Every night the day’s orders are summed up, and the event orders.summarized tells of it.',
    breadcrumb: [{ text: 'Overview', to: '/' }],
    children: [
      view('summaries.zone', { find: { coll: 'settings', query: { _id: 'nightly' } } }),
      view('summaries.list', { find: { coll: 'summaries', options: { sort: { from: -1 }, limit: 100 } } }),
    ],
  };
}
