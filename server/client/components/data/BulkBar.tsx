/** What can be done with the ticked rows of a table, or with all that match. */
import { Button, type MantineColor } from '@mantine/core';
import type { ReactNode } from 'react';
import type { BulkBar as BulkBarNode } from '../../../schemas/components/data/bulkBar.ts';
import { useEvent } from '../../render/useEvent.ts';
import css from './data.module.css';
import { useSelection, type Selection } from './selection.ts';

const count = new Intl.NumberFormat();

export function BulkBar({ node }: { readonly node: BulkBarNode }): ReactNode {
  const selection = useSelection(node.table);
  const { ids, isAll, set } = selection;
  const { matching } = node;
  const canTakeAll = matching !== undefined && !isAll && ids.size > 0 && matching > ids.size;
  return (
    <div className={css.bulk} role="group" aria-label={node.label ?? 'Selected rows'}>
      <span className={css.bulkCount}>{wordsOf(selection, matching)}</span>
      {canTakeAll && (
        <Button variant="subtle" size="compact-sm" onClick={() => set(ids, true)}>
          Select all {count.format(matching)} matching
        </Button>
      )}
      {(ids.size > 0 || isAll) && (
        <Button variant="subtle" color="gray" size="compact-sm" onClick={() => set([])}>
          Clear
        </Button>
      )}
      <span className={css.bulkActions}>
        {node.actions.map((action, at) => (
          <BulkButton key={`${at}:${action.text}`} action={action} selection={selection} />
        ))}
      </span>
    </div>
  );
}

function wordsOf({ ids, isAll }: Selection, matching: number | undefined): string {
  if (isAll) return matching === undefined ? 'All that match' : `All ${count.format(matching)} matching`;
  return ids.size === 0 ? 'Nothing selected' : `${count.format(ids.size)} selected`;
}

const colours: Readonly<Record<string, MantineColor>> = { error: 'red', success: 'teal', warning: 'orange' };

interface BulkButtonProps {
  readonly action: BulkBarNode['actions'][number];
  readonly selection: Selection;
}

function BulkButton({ action, selection: { ids, isAll } }: BulkButtonProps): ReactNode {
  const press = useEvent(action.onPressed);
  const on = action.on ?? 'any';
  const isFitting = isAll ? on !== 'some' : ids.size > 0 && on !== 'all';
  const colour = colours[action.tone ?? ''];
  return (
    <Button
      variant={colour === undefined ? 'default' : 'light'}
      size="sm"
      loading={press.isBusy}
      disabled={!isFitting || press.isOff}
      onClick={() => void press.fire({ ids: [...ids], all: isAll })}
      {...(colour !== undefined && { color: colour })}
    >
      {action.text}
    </Button>
  );
}
