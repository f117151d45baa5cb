/** One line of the JSON viewer: a name, and a value or how much stands below. */
import type { ReactNode } from 'react';
import css from './json.module.css';
import type { JsonRow } from './jsonRows.ts';
import { isFolder, membersOf, type Value } from './jsonValue.ts';

/** Longer texts are cut, and say how long they are. */
const MAX_SHOWN = 300;

export function JsonLine({ row, isFound }: { readonly row: JsonRow; readonly isFound: boolean }): ReactNode {
  return (
    <span className={css.line} data-found={isFound || undefined}>
      {row.name !== undefined && <span className={css.name}>{row.name}:</span>}
      <Part value={row.value} />
    </span>
  );
}

function Part({ value }: { readonly value: Value }): ReactNode {
  if (isFolder(value)) {
    const { length } = membersOf(value);
    if (length === 0) return <span className={css.count}>{Array.isArray(value) ? '[]' : '{}'}</span>;
    const what = Array.isArray(value) ? 'item' : 'member';
    return (
      <span className={css.count}>
        {Array.isArray(value) ? '[…]' : '{…}'} {length} {length === 1 ? what : `${what}s`}
      </span>
    );
  }
  if (typeof value !== 'string') return <span className={css.plain}>{String(value)}</span>;
  const isLong = value.length > MAX_SHOWN;
  return (
    <>
      <span className={css.string}>{JSON.stringify(isLong ? value.slice(0, MAX_SHOWN) : value)}</span>
      {isLong && <span className={css.count}>… {value.length} characters</span>}
    </>
  );
}
