/** Words that a press copies. Within something that is pressed as a whole they are only words. */
import type { MouseEvent, ReactNode } from 'react';
import { useIsInert } from '../text/inert.ts';
import { useCopy } from '../text/useCopy.ts';
import css from './fact.module.css';

interface CopiesProps {
  readonly value: string;
  readonly title: string;
  /** Read before the words: what a press does, and to what. */
  readonly label?: string | undefined;
  readonly className?: string | undefined;
  readonly children: (isCopied: boolean) => ReactNode;
}

export function Copies({ value, title, label, className = '', children }: CopiesProps): ReactNode {
  const { isCopied, copy } = useCopy();
  if (useIsInert()) {
    return (
      <span className={className} title={title}>
        {children(false)}
      </span>
    );
  }
  const press = (event: MouseEvent) => {
    // Not the row's press as well.
    event.stopPropagation();
    copy(value);
  };
  return (
    <button type="button" className={`${css.copies} ${className}`} title={title} aria-label={label} onClick={press}>
      {children(isCopied)}
      {isCopied && (
        <span className={css.copied} aria-hidden>
          Copied
        </span>
      )}
    </button>
  );
}
