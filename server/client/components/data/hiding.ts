/** Columns that narrow screens leave out. */
import type { TableColumn } from '../../../schemas/components/data/table.ts';
import css from './data.module.css';

export function hiding({ hideBelow }: TableColumn): string | undefined {
  if (hideBelow === undefined) return undefined;
  return { tablet: css.belowTablet, desk: css.belowDesk, wide: css.belowWide }[hideBelow];
}
