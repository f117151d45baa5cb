/** The table: real rows and cells on a desk, cards on a phone; live without jumping. */
import { useCallback, useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import type { Table as TableNode } from '../../../schemas/components/data/table.ts';
import { useIsPhone } from '../../render/screen.ts';
import { useEvent } from '../../render/useEvent.ts';
import css from './data.module.css';
import { LiveBar } from './LiveBar.tsx';
import { More, NoRows } from './more.tsx';
import { linkOf } from './open.ts';
import { toggled, useOwnSelection } from './selection.ts';
import { sortOf, sortText, type Sort } from './sort.ts';
import { TableCards } from './TableCards.tsx';
import { TableGrid } from './TableGrid.tsx';
import type { TableView } from './tableView.ts';
import { useLiveRows } from './useLiveRows.ts';
import { useRowKeys } from './useRowKeys.ts';
import { useVirtualRows } from './useVirtualRows.ts';

export function Table({ node }: { readonly node: TableNode }): ReactNode {
  const ownKey = useId();
  const isPhone = useIsPhone();
  const scroller = useRef<HTMLDivElement>(null);
  const sort = sortOf(node.sort);
  const rows = useLiveRows({ order: node.order, rows: node.rows, live: node.live, sorting: sortText(sort) });
  const virtual = useVirtualRows(rows.order, scroller, isPhone ? 132 : node.dense === true ? 34 : 44);
  const selection = useOwnSelection(node.key ?? ownKey, node.selected);
  const [opened, sorted, chosen] = [useEvent(node.onOpen), useEvent(node.onSort), useEvent(node.onSelect)];
  const lastTicked = useRef<string>(undefined);

  const setTicked = (ids: ReadonlySet<string>) => {
    selection.set(ids);
    if (chosen.isThere) void chosen.fire([...ids]);
  };
  const tick = useSteady((id: string, isRange: boolean) => {
    setTicked(toggled(selection.ids, rows.order, id, isRange ? lastTicked.current : undefined));
    lastTicked.current = id;
  });
  const open = useSteady((id: string) => void opened.fire(id));
  const tickByKey = useCallback((id: string) => tick(id, false), [tick]);
  const onKeyDown = useRowKeys({
    order: rows.order,
    reveal: virtual.reveal,
    refresh: rows.refresh,
    ...(node.select === true && { tick: tickByKey }),
  });

  const view: TableView = {
    node,
    columns: node.columns,
    rows,
    virtual,
    sort,
    onSort: sorted.isThere ? (next: Sort) => void sorted.fire(sortText(next)) : undefined,
    isSorting: sorted.isBusy,
    isTicked: (id) => selection.isAll || selection.ids.has(id),
    tick: node.select === true ? tick : undefined,
    tickAll: (isOn) => setTicked(new Set(isOn ? rows.order : [])),
    open: opened.isThere ? open : undefined,
    linkOf: (id) => linkOf(id, node.links, node.rowLink),
  };
  const hasBar = node.total !== undefined || (node.live !== undefined && node.live !== 'follow');
  return (
    <div className={css.live}>
      {hasBar && (
        <LiveBar
          shown={rows.order.length}
          total={node.total}
          waiting={rows.waiting}
          isStale={rows.isStale}
          onRefresh={rows.refresh}
        />
      )}
      <div
        ref={scroller}
        className={virtual.isVirtual ? css.scrollerTall : css.scroller}
        role="region"
        aria-label={node.label ?? 'Table'}
        tabIndex={rows.order.length > 0 ? 0 : -1}
        data-rows
        onKeyDown={onKeyDown}
      >
        {isPhone ? <TableCards view={view} /> : <TableGrid view={view} />}
      </div>
      {rows.order.length === 0 && <NoRows empty={node.empty} />}
      <More node={node} />
    </div>
  );
}

/** One function for the component's whole life, which does what the newest one does: rows need not be drawn anew for it. */
function useSteady<A extends readonly unknown[]>(newest: (...args: A) => void): (...args: A) => void {
  const latest = useRef(newest);
  useLayoutEffect(() => {
    latest.current = newest;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
