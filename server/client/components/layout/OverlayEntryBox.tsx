/** A child above the whole page, for as long as the view says. It takes no focus: nothing has been asked. */
import { Portal } from '@mantine/core';
import type { ReactNode } from 'react';
import type { OverlayEntry } from '../../../schemas/components/layout.ts';
import { Show } from '../../render/Show.tsx';
import css from './overlays.module.css';

export function OverlayEntryBox({ node }: { readonly node: OverlayEntry }): ReactNode {
  const { showOverlay = true, maintainState = false, opaque = false } = node;
  if (!showOverlay && !maintainState) return null;
  return (
    <Portal>
      <div
        className={css.entry}
        data-opaque={opaque ? true : undefined}
        hidden={!showOverlay}
        role="region"
        aria-label={node.label ?? 'Above the page'}
      >
        <div>
          <Show node={node.child} />
        </div>
      </div>
    </Portal>
  );
}
