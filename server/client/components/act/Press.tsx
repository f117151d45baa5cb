/**
 * The button that all that is pressed is made of. While it is busy or its event is off it keeps the focus and says why,
 * which a disabled button would not.
 */
import { Button as MantineButton, Loader } from '@mantine/core';
import type { ComponentPropsWithRef, MouseEvent, ReactNode } from 'react';
import { iconOf } from '../text/icons.ts';
import '../layout/tokens.css';
import css from './act.module.css';

export type Look = 'primary' | 'secondary' | 'tertiary';
export type ToneName = 'neutral' | 'info' | 'success' | 'warning' | 'error';

const sizes = { small: 'xs', medium: 'sm', large: 'md' } as const;

type Own = 'type' | 'title' | 'color' | 'children' | 'size' | 'disabled';

/** Beside its own members, those of a `<button>` that a menu gives to what opens it. */
export interface PressProps extends Omit<ComponentPropsWithRef<'button'>, Own> {
  readonly text: string;
  readonly look?: Look | undefined;
  readonly tone?: ToneName | undefined;
  readonly size?: keyof typeof sizes | undefined;
  readonly leftIcon?: string | undefined;
  readonly rightIcon?: string | undefined;
  readonly label?: string | undefined;
  readonly isDisabled?: boolean;
  readonly isBusy?: boolean;
  /** Why it cannot be pressed, or which key presses it. */
  readonly title?: string | undefined;
  readonly keys?: string | undefined;
  readonly type?: 'button' | 'submit';
  /** The first to have the focus in a dialog. */
  readonly isFirst?: boolean;
}

export function Press(props: PressProps): ReactNode {
  const { text, look = 'primary', tone = 'neutral', size = 'medium', leftIcon, rightIcon, label, ...rest } = props;
  const {
    isDisabled = false,
    isBusy = false,
    title,
    keys,
    type = 'button',
    isFirst = false,
    onClick,
    ...others
  } = rest;
  const cannot = isDisabled || isBusy;
  return (
    <MantineButton
      {...others}
      className={css.button ?? ''}
      data-look={look}
      data-tone={tone}
      size={sizes[size]}
      type={type}
      {...(isDisabled && { 'data-disabled': true })}
      {...(cannot && { 'aria-disabled': true })}
      {...(isBusy && { 'aria-busy': true })}
      {...(isFirst && { 'data-autofocus': true })}
      {...named(label, text)}
      {...(title !== undefined && { title })}
      {...(keys !== undefined && { 'aria-keyshortcuts': keys })}
      leftSection={isBusy ? <Loader size={14} color="currentColor" aria-hidden /> : drawn(leftIcon)}
      rightSection={drawn(rightIcon)}
      onClick={(event: MouseEvent<HTMLButtonElement>) => {
        if (cannot) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {text}
    </MantineButton>
  );
}

/** Who says the words that are seen has to press the button with them: another name is told beside, not instead. */
function named(label: string | undefined, text: string) {
  if (label === undefined || label === text) return {};
  return label.toLowerCase().includes(text.toLowerCase()) ? { 'aria-label': label } : { 'aria-description': label };
}

export function drawn(name: string | undefined): ReactNode {
  if (name === undefined) return null;
  const Icon = iconOf(name);
  return <Icon size={16} aria-hidden />;
}
