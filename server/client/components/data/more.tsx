/** What stands below rows: the way to more of them, or what is said where there is none. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { EventValue, Node } from '../../../schemas/components/base.ts';
import { Show } from '../../render/Show.tsx';
import { useEvent } from '../../render/useEvent.ts';
import css from './data.module.css';

interface MoreNode {
  readonly hasMore?: boolean;
  readonly cursor?: string;
  readonly onLoadMore?: EventValue;
}

export function More({ node }: { readonly node: MoreNode }): ReactNode {
  const load = useEvent(node.onLoadMore);
  if (node.hasMore !== true || !load.isThere) return null;
  return (
    <div className={css.more}>
      <Button
        variant="default"
        loading={load.isBusy}
        disabled={load.isOff}
        onClick={() => void load.fire(node.cursor ?? null)}
      >
        Load more
      </Button>
    </div>
  );
}

export function NoRows({ empty }: { readonly empty: Node | undefined }): ReactNode {
  if (typeof empty === 'object' && empty !== null) return <Show node={empty} />;
  return <div className={css.noRows}>{empty ?? 'Nothing here'}</div>;
}
