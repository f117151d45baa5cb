/** Two values, and what changed between them, line by line. What stayed the same is folded. */
import { useMemo, useState, type ReactNode } from 'react';
import type { Diff as DiffNode } from '../../../schemas/components/data/values.ts';
import css from './diff.module.css';
import { diffLines, folded, type DiffLine } from './diffLines.ts';

export function Diff({ node }: { readonly node: DiffNode }): ReactNode {
  const { before, after } = node;
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  const parts = useMemo(() => folded(lines), [lines]);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const added = lines.filter(({ kind }) => kind === 'added').length;
  const removed = lines.filter(({ kind }) => kind === 'removed').length;
  const label = node.label ?? 'Changes';
  return (
    <div className={css.diff}>
      <div className={css.bar}>
        <span>
          {node.beforeTitle ?? 'Before'} → {node.afterTitle ?? 'After'}
        </span>
        <span className={css.counts}>
          {added + removed === 0 ? 'No difference' : `${removed} removed, ${added} added`}
        </span>
      </div>
      {added + removed > 0 && (
        <div className={css.scroller} role="region" aria-label={label} tabIndex={0}>
          <table className={css.lines} aria-label={label}>
            <tbody>
              {parts.map((part, at) =>
                part.type === 'lines' || opened.has(at) ? (
                  part.lines.map((line) => <Line key={`${line.before ?? ''}:${line.after ?? ''}`} line={line} />)
                ) : (
                  <tr key={`fold-${at}`}>
                    <td colSpan={4}>
                      <button
                        type="button"
                        className={css.fold}
                        onClick={() => setOpened((was) => new Set(was).add(at))}
                      >
                        Show {part.lines.length} lines without changes
                      </button>
                    </td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

const signs = { same: ' ', added: '+', removed: '−' } as const;
const words = { same: '', added: 'Added', removed: 'Removed' } as const;

function Line({ line }: { readonly line: DiffLine }): ReactNode {
  return (
    <tr data-kind={line.kind}>
      <td className={css.number}>{line.before}</td>
      <td className={css.number}>{line.after}</td>
      <td className={css.sign}>
        <span aria-hidden="true">{signs[line.kind]}</span>
        {words[line.kind] !== '' && <span className={css.hidden}>{words[line.kind]}</span>}
      </td>
      <td className={css.text}>{line.text}</td>
    </tr>
  );
}
