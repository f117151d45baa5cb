/** Children one after the other, and what parts them. */
import type { CSSProperties, ReactNode } from 'react';
import type { Column, Divider, Grid, Row, Scroll, Split } from '../../../schemas/components/layout.ts';
import { Show } from '../../render/Show.tsx';
import css from './flow.module.css';
import { Items } from './Items.tsx';
import { alignOf, spaceOf } from './space.ts';

export function RowBox({ node }: { readonly node: Row }): ReactNode {
  const { gap, align = 'center', justify, wrap = true } = node;
  return (
    <div
      className={css.row}
      data-nowrap={wrap ? undefined : true}
      style={{ gap: spaceOf(gap, 'sm'), alignItems: alignOf(align), justifyContent: alignOf(justify) }}
    >
      <Items nodes={node.children} />
    </div>
  );
}

export function ColumnBox({ node }: { readonly node: Column }): ReactNode {
  const { gap, align, justify } = node;
  return (
    <div
      className={css.column}
      style={{ gap: spaceOf(gap), alignItems: alignOf(align), justifyContent: alignOf(justify) }}
    >
      <Items nodes={node.children} />
    </div>
  );
}

export function GridBox({ node }: { readonly node: Grid }): ReactNode {
  const style = { gap: spaceOf(node.gap), alignItems: alignOf(node.align), ...widths(node.columns) };
  return (
    <div className={css.grid} data-columns={node.columns === undefined ? undefined : true} style={style}>
      <Items nodes={node.children} />
    </div>
  );
}

/** Each width has as many columns as the next narrower one, unless it says otherwise. */
function widths(columns: Grid['columns']): CSSProperties {
  if (columns === undefined) return {};
  const said = typeof columns === 'number' ? { phone: columns } : columns;
  const phone = said.phone ?? 1;
  const tablet = said.tablet ?? phone;
  const desk = said.desk ?? tablet;
  return { '--phone': phone, '--tablet': tablet, '--desk': desk, '--wide': said.wide ?? desk } as CSSProperties;
}

export function DividerLine({ node }: { readonly node: Divider }): ReactNode {
  if (node.direction === 'vertical')
    return <div className={css.upright} role="separator" aria-orientation="vertical" />;
  // The words of a separator are its name only; as an ordinary line they are read.
  if (node.text !== undefined) return <div className={css.divider}>{node.text}</div>;
  return <div className={css.divider} role="separator" />;
}

export function ScrollBox({ node }: { readonly node: Scroll }): ReactNode {
  return (
    <div
      className={css.scroll}
      data-direction={node.direction ?? 'vertical'}
      style={{ maxHeight: node.maxHeight }}
      role="group"
      aria-label={node.label}
      tabIndex={0}
    >
      <Items nodes={node.children} />
    </div>
  );
}

export function SplitBox({ node }: { readonly node: Split }): ReactNode {
  const { ratio = 0.5, gap, stacksOn = 'phone' } = node;
  const style = {
    gap: spaceOf(gap),
    '--first': `${ratio * 100}fr`,
    '--second': `${(1 - ratio) * 100}fr`,
  } as CSSProperties;
  return (
    <div className={css.split} data-stacks={stacksOn} style={style}>
      <div>
        <Show node={node.first} />
      </div>
      <div>
        <Show node={node.second} />
      </div>
    </div>
  );
}
