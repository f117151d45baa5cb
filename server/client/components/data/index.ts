/** The renderers of the group «data», by component type. */
import type { Renderers } from '../../render/types.ts';
import { BulkBar } from './BulkBar.tsx';
import { Diff } from './Diff.tsx';
import { Json } from './Json.tsx';
import { List } from './List.tsx';
import { Log } from './Log.tsx';
import { Table } from './Table.tsx';
import { Timeline } from './Timeline.tsx';
import { Tree } from './Tree.tsx';
import { Waterfall } from './Waterfall.tsx';
import '../layout/tokens.css';

export const renderers: Renderers = {
  table: Table,
  bulk_bar: BulkBar,
  list: List,
  tree: Tree,
  json: Json,
  diff: Diff,
  log: Log,
  timeline: Timeline,
  waterfall: Waterfall,
};
