/**
 * Where the nodes of a map stand. The columns are given, so only the order within each is to be found: nodes stand near
 * the middle of what they are joined to (Sugiyama's barycentres, a few sweeps), which leaves few crossings. Equal input
 * gives an equal map, and nodes that are joined to nothing keep the order in which they came.
 */
import type { FlowEdge, FlowMap, FlowNode } from '../../../schemas/components/chart/flowMap.ts';

export interface Placed {
  readonly node: FlowNode;
  readonly column: number;
  /** Of the middle, in rows from 0. */
  readonly row: number;
}

export interface FlowLayout {
  readonly placed: ReadonlyMap<string, Placed>;
  /** Those between two nodes that are there. */
  readonly edges: readonly FlowEdge[];
  readonly rows: number;
}

const SWEEPS = 6;

export function layoutOf({ columns, nodes, edges }: Pick<FlowMap, 'columns' | 'nodes' | 'edges'>): FlowLayout {
  const places = new Map(columns.map(({ id }, at) => [id, at]));
  const known = new Map<string, FlowNode>();
  for (const node of nodes) if (places.has(node.column) && !known.has(node.id)) known.set(node.id, node);
  const joined = edges.filter(({ from, to }) => known.has(from) && known.has(to));
  const neighbours = neighboursOf(joined);

  const order = columns.map(({ id }) =>
    [...known.values()].filter(({ column }) => column === id).map((node) => node.id),
  );
  const rows = Math.max(1, ...order.map(({ length }) => length));
  const rowOf = new Map<string, number>();
  const spread = (ids: readonly string[]) => {
    ids.forEach((id, at) => rowOf.set(id, ids.length === rows ? at : (rows - ids.length) / 2 + at));
  };
  order.forEach(spread);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const columnsInTurn = sweep % 2 === 0 ? order : [...order].reverse();
    for (const ids of columnsInTurn) {
      const wished = new Map(ids.map((id) => [id, middleOf(neighbours.get(id) ?? [], rowOf) ?? rowOf.get(id)!]));
      ids.sort((a, b) => wished.get(a)! - wished.get(b)!);
      spread(ids);
    }
  }

  const placed = new Map(
    [...known.values()].map((node) => [node.id, { node, column: places.get(node.column)!, row: rowOf.get(node.id)! }]),
  );
  return { placed, edges: joined, rows };
}

function neighboursOf(edges: readonly FlowEdge[]): ReadonlyMap<string, readonly string[]> {
  const neighbours = new Map<string, string[]>();
  const add = (id: string, other: string) => {
    const known = neighbours.get(id);
    if (known === undefined) neighbours.set(id, [other]);
    else known.push(other);
  };
  for (const { from, to } of edges) {
    add(from, to);
    add(to, from);
  }
  return neighbours;
}

function middleOf(ids: readonly string[], rowOf: ReadonlyMap<string, number>): number | undefined {
  if (ids.length === 0) return undefined;
  return ids.reduce((sum, id) => sum + rowOf.get(id)!, 0) / ids.length;
}
