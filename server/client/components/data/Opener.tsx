/** The link or button of a row, around its name; beside it where the name is a component, which may press for itself. */
import { IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Node } from '../../../schemas/components/base.ts';
import { Anchor } from '../../render/links.ts';
import { Show } from '../../render/Show.tsx';
import css from './data.module.css';

interface OpenerProps {
  readonly id: string;
  readonly to: string | undefined;
  readonly open: ((id: string) => void) | undefined;
  readonly cell: Node | undefined;
}

export function Opener({ id, to, open, cell }: OpenerProps): ReactNode {
  const isText = typeof cell === 'string' || typeof cell === 'number';
  const inside = isText ? cell : <IconChevronRight size={16} role="img" aria-label={`Open ${id}`} />;
  const opener =
    to !== undefined ? (
      <Anchor to={to} className={css.open} data-open="">
        {inside}
      </Anchor>
    ) : (
      <button type="button" className={css.open} data-open="" onClick={() => open?.(id)}>
        {inside}
      </button>
    );
  return isText ? (
    opener
  ) : (
    <span className={css.beside}>
      <Show node={cell} />
      {opener}
    </span>
  );
}
