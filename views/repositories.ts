/** The repositories GitHub has told about. */
import type { Component } from '../server/sdk.ts';
import type { Repository } from '../listeners/_lib/github.ts';
import { tableOf, type Columns } from './_lib/table.ts';
import { isoOf } from './_lib/times.ts';

const columns: Columns = [
  { key: 'name', title: 'Repository' },
  { key: 'stars', title: 'Stars', align: 'end' },
  { key: 'push', title: 'Last push' },
  { key: 'message', title: 'Commit', hideBelow: 'desk' },
];

export default function repositories(found: readonly Repository[]): Component {
  const table = tableOf(
    found,
    columns,
    ({ name, url, stars, pushed_at, last_push }) => ({
      name: url === null ? name : { _type: 'link', text: name, to: url },
      stars: stars ?? null,
      push: { _type: 'time', at: isoOf(pushed_at), none: 'never' },
      message: last_push?.message ?? null,
    }),
    {
      label: 'Repositories',
      empty: {
        _type: 'empty',
        title: 'No repositories yet',
        text: 'A GitHub webhook bound to the listener github.push brings them in.',
      },
    },
  );
  return { _type: 'page', title: 'Repositories', breadcrumb: [{ text: 'Overview', to: '/' }], children: [table] };
}
