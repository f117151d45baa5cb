/** Asks before what cannot be undone; the most dangerous wants the name of the thing typed. */
import { Modal, TextInput } from '@mantine/core';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import type { Confirm as ConfirmNode } from '../../../schemas/components/act/shared.ts';
import css from './act.module.css';
import { Press, type ToneName } from './Press.tsx';

interface ConfirmProps {
  readonly ask: ConfirmNode;
  /** Of what is confirmed. */
  readonly text: string;
  readonly tone: ToneName | undefined;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

// A dialog stands elsewhere in the page, yet its events would reach what surrounds the button: a row, a form.
const stop = (event: SyntheticEvent) => event.stopPropagation();
const kept = {
  onClick: stop,
  onDoubleClick: stop,
  onKeyDown: stop,
  onPointerDown: stop,
  onSubmit: stop,
  onFocus: stop,
  onBlur: stop,
};

export function Confirm({ ask, text, tone, isOpen, onClose, onConfirm }: ConfirmProps): ReactNode {
  return (
    <div style={{ display: 'contents' }} {...kept}>
      <Modal
        opened={isOpen}
        onClose={onClose}
        title={ask.title}
        centered
        classNames={{ title: css.confirmTitle ?? '' }}
        lockScroll={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
        className={css.confirm ?? ''}
      >
        <Question ask={ask} text={text} tone={tone} onClose={onClose} onConfirm={onConfirm} />
      </Modal>
    </div>
  );
}

function Question({ ask, text, tone, onClose, onConfirm }: Omit<ConfirmProps, 'isOpen'>): ReactNode {
  const [typed, setTyped] = useState('');
  const wanted = ask.typeToConfirm;
  const mayGo = wanted === undefined || typed.trim() === wanted.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (!mayGo) return;
        onClose();
        onConfirm();
      }}
    >
      {ask.text !== undefined && <p className={css.question}>{ask.text}</p>}
      {wanted !== undefined && (
        <TextInput
          data-autofocus
          label={
            <>
              Type <strong>{wanted}</strong> to go on
            </>
          }
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <div className={css.actions}>
        <Press text="Go back" look="secondary" isFirst={wanted === undefined && tone === 'error'} onClick={onClose} />
        <Press
          text={ask.confirmText ?? text}
          tone={tone}
          type="submit"
          isDisabled={!mayGo}
          isFirst={wanted === undefined && tone !== 'error'}
        />
      </div>
    </form>
  );
}
