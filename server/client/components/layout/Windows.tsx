/**
 * Dialogs and drawers. With `opened`, the view says whether they are open, and a person may close them at once without
 * waiting for it; without, the actions `open` and `close` do, by their key.
 */
import { Drawer as MantineDrawer, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Dialog, Drawer } from '../../../schemas/components/layout.ts';
import { useOverlay } from '../../render/overlays.ts';
import { useIsPhone } from '../../render/screen.ts';
import { useEvent } from '../../render/useEvent.ts';
import { Items } from './Items.tsx';
import css from './overlays.module.css';

type Opened = Dialog | Drawer;

const sizes = { small: 'sm', medium: 'md', large: 'xl' } as const;

export function DialogWindow({ node }: { readonly node: Dialog }): ReactNode {
  const { isOpen, close } = useOpening(node);
  const isPhone = useIsPhone();
  return (
    <Modal
      {...common(node)}
      opened={isOpen}
      onClose={close}
      centered={!isPhone}
      fullScreen={isPhone && node.size === 'large'}
    >
      <Content node={node} />
    </Modal>
  );
}

export function DrawerPanel({ node }: { readonly node: Drawer }): ReactNode {
  const { isOpen, close } = useOpening(node);
  return (
    <MantineDrawer {...common(node)} opened={isOpen} onClose={close} position={node.side ?? 'right'}>
      <Content node={node} />
    </MantineDrawer>
  );
}

const common = ({ title, size = 'medium' }: Opened) => ({
  title,
  size: sizes[size],
  closeButtonProps: { 'aria-label': 'Close', className: css.close },
  classNames: { title: css.title, content: css.window },
  // Mantine's own lock adds a style that the page's policy refuses; `.window` does the same by itself.
  lockScroll: false,
  transitionProps: { duration: 120 },
});

function Content({ node }: { readonly node: Opened }): ReactNode {
  const { children, actions = [] } = node;
  return (
    <>
      <div className={css.content}>
        <Items nodes={children} />
      </div>
      {actions.length > 0 && (
        <div className={css.actions}>
          <Items nodes={actions} />
        </div>
      )}
    </>
  );
}

function useOpening(node: Opened): { readonly isOpen: boolean; readonly close: () => void } {
  const overlay = useOverlay(node.key);
  const { fire } = useEvent(node.onClose);
  const [own, setOwn] = useState({ said: node.opened, isDismissed: false });
  if (own.said !== node.opened) setOwn({ said: node.opened, isDismissed: false });

  const close = () => {
    setOwn({ ...own, isDismissed: true });
    overlay.close();
    void fire();
  };
  const isOpen = node.opened === undefined ? overlay.isOpen : node.opened && !own.isDismissed;
  return { isOpen, close };
}
