/** What stands around every input. `data-fault` is how a form finds the first input at fault, whatever it is made of. */
import type { FocusEvent, ReactNode } from 'react';
import '../layout/tokens.css';
import css from './form.module.css';
import type { InputNode } from './useInput.ts';

interface BoxProps {
  readonly error: string | undefined;
  readonly focus?: { readonly onFocus: () => void; readonly onBlur: () => void };
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

export function Box({ error, focus, className, children }: BoxProps): ReactNode {
  const classes = className === undefined ? css.field : `${css.field} ${className}`;
  // From one part of an input to another the focus stays within it.
  const onBlur = (event: FocusEvent<HTMLElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget)) focus?.onBlur();
  };
  return (
    <div
      className={classes}
      data-fault={error === undefined ? undefined : ''}
      onFocus={() => focus?.onFocus()}
      onBlur={onBlur}
    >
      {children}
    </div>
  );
}

/** What a screen reader calls an input that has no label. */
export function nameOf(node: InputNode): string {
  return node.label ?? node.hint ?? node.name ?? 'Value';
}

interface Shared {
  readonly 'aria-label'?: string;
  readonly label?: string;
  readonly description?: string;
  readonly error?: string;
  readonly placeholder?: string;
  readonly required: boolean;
  readonly disabled: boolean;
  readonly autoFocus: boolean;
}

/** The members that Mantine's inputs share. */
export function shared(node: InputNode, error: string | undefined): Shared {
  return {
    ...(node.label === undefined ? { 'aria-label': nameOf(node) } : { label: node.label }),
    ...(node.help !== undefined && { description: node.help }),
    ...(error !== undefined && { error }),
    ...(node.hint !== undefined && { placeholder: node.hint }),
    required: node.required ?? false,
    disabled: node.disabled ?? false,
    autoFocus: node.autofocus ?? false,
  };
}

/** For inputs with a line of their own: what helps and what is wrong stand below it. */
export function wrapped(node: InputNode, error: string | undefined): Shared & { inputWrapperOrder: WrapperPart[] } {
  return { ...shared(node, error), inputWrapperOrder: ['label', 'input', 'description', 'error'] };
}
type WrapperPart = 'label' | 'input' | 'description' | 'error';

/** For what is no single input: a group that is named by its label and described by its help and its error. */
export function Group({
  node,
  error,
  id,
  extra,
  children,
}: {
  readonly node: InputNode;
  readonly error: string | undefined;
  readonly id: string;
  readonly extra?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div
      role="group"
      {...(node.label === undefined ? { 'aria-label': nameOf(node) } : { 'aria-labelledby': `${id}-label` })}
      {...describedBy(node, error, id)}
    >
      <Label node={node} id={id} extra={extra} />
      {children}
      <Below node={node} error={error} id={id} />
    </div>
  );
}

export function describedBy(node: InputNode, error: string | undefined, id: string) {
  const ids = [node.help !== undefined && `${id}-help`, error !== undefined && `${id}-error`].filter(Boolean).join(' ');
  return ids === '' ? {} : { 'aria-describedby': ids };
}

export function Label({
  node,
  id,
  extra,
}: {
  readonly node: InputNode;
  readonly id: string;
  readonly extra?: ReactNode;
}): ReactNode {
  if (node.label === undefined && extra === undefined) return null;
  return (
    <div className={css.groupLabel}>
      <span id={`${id}-label`}>
        {node.label}
        {node.required === true && (
          <span aria-hidden className={css.star}>
            {' *'}
          </span>
        )}
      </span>
      {extra}
    </div>
  );
}

export function Below({
  node,
  error,
  id,
}: {
  readonly node: InputNode;
  readonly error: string | undefined;
  readonly id: string;
}): ReactNode {
  return (
    <>
      {node.help !== undefined && (
        <div id={`${id}-help`} className={css.help}>
          {node.help}
        </div>
      )}
      {error !== undefined && (
        <div id={`${id}-error`} className={css.error}>
          {error}
        </div>
      )}
    </>
  );
}
