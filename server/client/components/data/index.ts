/** The renderers of the group «data», by component type. */
import type { Renderers } from '../../render/types.ts';
import { BulkBar } from './BulkBar.tsx';
import { List } from './List.tsx';
import { Table } from './Table.tsx';
import '../state/colours.css';

export const renderers: Renderers = {
  table: Table,
  bulk_bar: BulkBar,
  list: List,
};
