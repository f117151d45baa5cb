/**
 * Rows under one another with the keys of a tree (WAI-ARIA: up, down, left, right, home, end, letters left alone). One
 * row holds the focus; of many rows only those in sight are drawn.
 */
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import css from './tree.module.css';
import { useVirtualRows } from './useVirtualRows.ts';

export interface TreeRow {
  readonly id: string;
  /** From 1. */
  readonly level: number;
  /** Undefined where nothing stands below. */
  readonly isOpen: boolean | undefined;
  readonly content: ReactNode;
}

interface TreeRowsProps {
  readonly label: string;
  readonly rows: readonly TreeRow[];
  readonly selected: string | undefined;
  readonly rowHeight: number;
  readonly onToggle: (id: string, isOpen: boolean) => void;
  readonly onSelect: (id: string) => void;
}

export function TreeRows({ label, rows, selected, rowHeight, onToggle, onSelect }: TreeRowsProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<string>();
  const order = rows.map(({ id }) => id);
  const virtual = useVirtualRows(order, scroller, rowHeight);
  const current = rows.some(({ id }) => id === (at ?? selected)) ? (at ?? selected) : rows[0]?.id;

  const focus = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setAt(row.id);
    const find = () => scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`);
    virtual.reveal(rows.indexOf(row));
    const found = find();
    if (found) found.focus();
    else requestAnimationFrame(() => find()?.focus());
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = rows.findIndex(({ id }) => id === current);
    const row = rows[index];
    if (row === undefined || (event.target as HTMLElement).closest('[role="treeitem"]') === null) return;
    const does = keys(event.key, rows, index);
    if (does === undefined) return;
    event.preventDefault();
    if (does === 'open' || does === 'close') onToggle(row.id, does === 'open');
    else if (does === 'select') onSelect(row.id);
    else focus(does);
  };
  return (
    <div
      ref={scroller}
      role="tree"
      aria-label={label}
      className={virtual.isVirtual ? css.tall : css.tree}
      onKeyDown={onKeyDown}
    >
      {virtual.pieces.map((piece) => {
        if (piece.type === 'room') {
          return <div key={piece.id} role="presentation" style={{ height: piece.height }} />;
        }
        const row = rows[piece.index];
        if (row === undefined) return null;
        const Icon = row.isOpen === true ? IconChevronDown : IconChevronRight;
        return (
          <div
            key={row.id}
            ref={virtual.measure}
            role="treeitem"
            className={css.row}
            aria-level={row.level}
            aria-expanded={row.isOpen}
            aria-selected={row.id === selected}
            tabIndex={row.id === current ? 0 : -1}
            data-index={piece.index}
            data-row={row.id}
            style={{ paddingInlineStart: 4 + (row.level - 1) * 18 }}
            onClick={(event) => {
              if ((event.target as HTMLElement).closest('a,button') !== null) return;
              setAt(row.id);
              if (row.isOpen !== undefined) onToggle(row.id, !row.isOpen);
              onSelect(row.id);
            }}
          >
            <span className={css.chevron}>{row.isOpen !== undefined && <Icon size={16} aria-hidden />}</span>
            <span className={css.content}>{row.content}</span>
          </div>
        );
      })}
    </div>
  );
}

/** Where a key leads: a row's index, or what it does with the present one. */
function keys(key: string, rows: readonly TreeRow[], index: number): number | 'open' | 'close' | 'select' | undefined {
  const row = rows[index]!;
  switch (key) {
    case 'ArrowDown':
      return index + 1;
    case 'ArrowUp':
      return index - 1;
    case 'Home':
      return 0;
    case 'End':
      return rows.length - 1;
    case 'ArrowRight':
      return row.isOpen === false ? 'open' : row.isOpen === true ? index + 1 : undefined;
    case 'ArrowLeft':
      return row.isOpen === true ? 'close' : rows.slice(0, index).findLastIndex(({ level }) => level < row.level);
    case 'Enter':
    case ' ':
      return 'select';
    default:
      return undefined;
  }
}
