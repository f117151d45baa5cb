/** The line above live rows: how many there are, and what waits to be shown. Always as high, so that nothing moves. */
import { Button } from '@mantine/core';
import { IconArrowUp, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './data.module.css';

const count = new Intl.NumberFormat();

interface LiveBarProps {
  readonly shown: number;
  readonly total: number | undefined;
  readonly waiting: number;
  readonly isStale: boolean;
  readonly onRefresh: () => void;
  readonly children?: ReactNode;
}

export function LiveBar({ shown, total, waiting, isStale, onRefresh, children }: LiveBarProps): ReactNode {
  const isMore = total !== undefined && total > shown;
  return (
    <div className={css.liveBar}>
      <span className={css.count}>
        {isMore ? `${count.format(shown)} of ${count.format(total)}` : count.format(shown)}
      </span>
      {children}
      {isStale && (
        <Button
          size="compact-sm"
          radius="xl"
          className={css.pill ?? ''}
          leftSection={waiting > 0 ? <IconArrowUp size={14} /> : <IconRefresh size={14} />}
          onClick={onRefresh}
          data-pill
        >
          {waiting > 0 ? `${count.format(waiting)} new` : 'Refresh'}
        </Button>
      )}
    </div>
  );
}
