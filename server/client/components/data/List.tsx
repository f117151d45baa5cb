/** Things below one another, live as a table is. */
import { memo, useCallback, useRef, type ReactNode } from 'react';
import type { List as ListNode, ListItem } from '../../../schemas/components/data/lists.ts';
import { Show } from '../../render/Show.tsx';
import { useEvent } from '../../render/useEvent.ts';
import css from './data.module.css';
import { LiveBar } from './LiveBar.tsx';
import { More, NoRows } from './more.tsx';
import { linkOf, openByRow } from './open.ts';
import { Opener } from './Opener.tsx';
import { useLiveRows } from './useLiveRows.ts';
import { useMark } from './useMark.ts';
import { useRowKeys } from './useRowKeys.ts';
import { useVirtualRows } from './useVirtualRows.ts';

export function List({ node }: { readonly node: ListNode }): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useLiveRows({ order: node.order, rows: node.items, live: node.live });
  const virtual = useVirtualRows(rows.order, scroller, 57);
  const opened = useEvent(node.onOpen);
  const { fire } = opened;
  const open = useCallback((id: string) => void fire(id), [fire]);
  const onKeyDown = useRowKeys({ order: rows.order, reveal: virtual.reveal, refresh: rows.refresh });
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
        className={virtual.isVirtual ? css.scrollerTall : undefined}
        {...(virtual.isVirtual && { role: 'region', 'aria-label': node.label ?? 'List', tabIndex: 0, 'data-rows': '' })}
        onKeyDown={onKeyDown}
      >
        <ul className={css.list} aria-label={node.label}>
          {virtual.pieces.map((piece) => {
            if (piece.type === 'room') return <li key={piece.id} aria-hidden="true" style={{ height: piece.height }} />;
            const item = rows.rowOf(piece.id);
            if (item === undefined) return null;
            return (
              <Item
                key={piece.id}
                id={piece.id}
                index={piece.index}
                item={item}
                isGone={rows.isGone(piece.id)}
                to={linkOf(piece.id, node.links, node.rowLink)}
                open={opened.isThere ? open : undefined}
                measure={virtual.measure}
              />
            );
          })}
        </ul>
      </div>
      {rows.order.length === 0 && <NoRows empty={node.empty} />}
      <More node={node} />
    </div>
  );
}

interface ItemProps {
  readonly id: string;
  readonly index: number;
  readonly item: ListItem;
  readonly isGone: boolean;
  readonly to: string | undefined;
  readonly open: ((id: string) => void) | undefined;
  readonly measure: ((element: HTMLElement | null) => void) | undefined;
}

const Item = memo(function Item({ id, index, item, isGone, to, open, measure }: ItemProps): ReactNode {
  const marked = useMark<HTMLDivElement>(item);
  const canOpen = to !== undefined || open !== undefined;
  return (
    <li ref={measure} data-index={index} data-row={id} data-gone={isGone || undefined}>
      <div
        ref={marked}
        className={css.item}
        data-opens={canOpen || undefined}
        onClick={canOpen ? openByRow : undefined}
      >
        {item.start !== undefined && <Show node={item.start} />}
        <div className={css.itemBody}>
          <div className={css.itemTitle}>
            {canOpen ? <Opener id={id} to={to} open={open} cell={item.title} /> : <Show node={item.title} />}
          </div>
          {item.text !== undefined && (
            <div className={css.itemText}>
              <Show node={item.text} />
            </div>
          )}
        </div>
        {item.end !== undefined && (
          <div className={css.itemEnd}>
            <Show node={item.end} />
          </div>
        )}
      </div>
    </li>
  );
});
