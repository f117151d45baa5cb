/** The issues found, as a table. */
import type { Component } from '../server/sdk.ts';
import type { Issue } from '../listeners/github/issues.ts';
import { tableOf, type Columns } from './_lib/table.ts';
import { isoOf } from './_lib/times.ts';

const columns: Columns = [
  { key: 'issue', title: 'Issue' },
  { key: 'repository', title: 'Repository', hideBelow: 'tablet' },
  { key: 'state', title: 'State' },
  { key: 'labels', title: 'Labels', hideBelow: 'desk' },
  { key: 'updated', title: 'Changed' },
];

export default function issueTable(issues: readonly Issue[]): Component {
  return tableOf(
    issues,
    columns,
    ({ number, title, url, repository, state, labels, updated_at }) => {
      const text = `#${String(number)} ${title ?? ''}`.trim();
      return {
        issue: url === null ? text : { _type: 'link', text, to: url },
        repository,
        state: { _type: 'badge', text: state ?? 'unknown', tone: state === 'open' ? 'success' : 'neutral' },
        labels: { _type: 'wrap', spacing: 4, children: labels.map((label) => ({ _type: 'badge', text: label })) },
        updated: { _type: 'time', at: isoOf(updated_at) },
      };
    },
    {
      label: 'Issues',
      empty: {
        _type: 'empty',
        title: 'No issues',
        text: 'A GitHub webhook bound to the listener github.issues brings them in.',
      },
    },
  );
}
