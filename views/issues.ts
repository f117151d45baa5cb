/** Issues, filtered by what the URL says. */
import { view, type Component, type ViewContext } from '../server/sdk.ts';

export default function issues(_data: unknown, _props: unknown, { query }: ViewContext): Component {
  return {
    _type: 'page',
    title: 'Issues',
    breadcrumb: [{ text: 'Overview', to: '/' }],
    children: [
      {
        _type: 'filter_bar',
        label: 'Issues',
        filters: [
          {
            name: 'state',
            label: 'State',
            type: 'select',
            options: [
              { value: 'open', label: 'Open' },
              { value: 'closed', label: 'Closed' },
            ],
          },
          { name: 'repository', label: 'Repository', type: 'text', hint: 'owner/name' },
        ],
      },
      view('issueTable', {
        find: {
          coll: 'issues',
          query: {
            removed: { $exists: false },
            ...(query.state !== undefined && { state: '@query.state' }),
            ...(query.repository !== undefined && { repository: '@query.repository' }),
          },
          options: { sort: { updated_at: -1 }, limit: 100 },
        },
      }),
    ],
  };
}
