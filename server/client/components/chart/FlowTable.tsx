/** A map as it is read: column by column, each node with what it leads to. */
import type { ReactNode } from 'react';
import type { FlowMap, FlowNode } from '../../../schemas/components/chart/flowMap.ts';
import css from './flow.module.css';
import { FlowBox } from './FlowBox.tsx';
import type { FlowLayout } from './flowLayout.ts';

interface FlowTableProps {
  readonly node: FlowMap;
  readonly layout: FlowLayout;
  readonly onSelect: ((id: string) => void) | undefined;
}

export function FlowTable({ node, layout, onSelect }: FlowTableProps): ReactNode {
  return node.columns.map(({ id, title }, column) => {
    const placed = [...layout.placed.values()].filter((each) => each.column === column).sort((a, b) => a.row - b.row);
    if (placed.length === 0) return null;
    return (
      <table key={id} className={css.table}>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Leads to</th>
          </tr>
        </thead>
        <tbody>
          {placed.map(({ node: each }) => (
            <tr key={each.id}>
              <th scope="row">
                <FlowBox node={each} onSelect={onSelect} />
              </th>
              <td>{leadsTo(each, layout)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    );
  });
}

function leadsTo({ id }: FlowNode, { edges, placed }: FlowLayout): string {
  const ends = edges.filter(({ from }) => from === id);
  if (ends.length === 0) return '–';
  return ends
    .map(({ to, status }) => `${placed.get(to)!.node.title}${status === undefined ? '' : ` (${status})`}`)
    .join(', ');
}
