/** Components that show many things or one large thing: tables, lists, JSON, changes, log lines, spans of time. */
import type { ComponentSpec } from './base.ts';
import { bulkBar } from './data/bulkBar.ts';
import { list, tree } from './data/lists.ts';
import { table } from './data/table.ts';
import { timeline, waterfall } from './data/times.ts';
import { diff, json, log } from './data/values.ts';

export const data = [
  table,
  bulkBar,
  list,
  tree,
  json,
  diff,
  log,
  timeline,
  waterfall,
] as const satisfies readonly ComponentSpec[];
