/** A small button that copies; its drawing says for a moment that it did. */
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './text.module.css';
import { useCopy } from './useCopy.ts';

export function CopyButton({ text, what = 'Copy' }: { readonly text: string; readonly what?: string }): ReactNode {
  const { isCopied, copy } = useCopy();
  const Icon = isCopied ? IconCheck : IconCopy;
  return (
    <button
      type="button"
      className={css.small}
      aria-label={what}
      title={isCopied ? 'Copied' : what}
      onClick={() => copy(text)}
    >
      <Icon size={16} aria-hidden />
    </button>
  );
}
