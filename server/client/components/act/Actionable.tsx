/** Makes what stands in it something to press, twice, long, or to point at; each with the keyboard as well. */
import { use, useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import type { Actionable as ActionableNode } from '../../../schemas/components/act/press.ts';
import { Show } from '../../render/Show.tsx';
import { useEvent } from '../../render/useEvent.ts';
import { FormPartsContext } from '../form/parts.ts';
import '../layout/tokens.css';
import css from './act.module.css';
import { AWAY } from './Button.tsx';

const LONG_MS = 500;
/** Where a second press means something else, the first one waits for it. */
const DOUBLE_MS = 250;
const HOVER_MS = 1_000;

export function Actionable({ node }: { readonly node: ActionableNode }): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const pressed = useEvent(node.onPressed);
  const doubled = useEvent(node.onDoublePressed);
  const held = useEvent(node.onLongPressed);
  const canceled = useEvent(node.onPressedCancel);
  const hovered = useEvent(node.onHovered);
  const form = use(FormPartsContext);
  const long = useRef<ReturnType<typeof setTimeout>>(undefined);
  const single = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isDown = useRef(false);
  const wasLong = useRef(false);
  const hoveredAt = useRef(-HOVER_MS);
  useEffect(
    () => () => {
      clearTimeout(long.current);
      clearTimeout(single.current);
    },
    [],
  );

  const isOff = pressed.isOff || doubled.isOff || held.isOff;
  const isBusy = pressed.isBusy || doubled.isBusy || held.isBusy;
  const cannot = node.disabled === true || isOff;
  const press = () => {
    void pressed.fire();
    if (node.submit === true && form !== null) element.current?.closest('form')?.requestSubmit();
  };
  const click = () => {
    if (cannot) return;
    if (wasLong.current) {
      wasLong.current = false;
      return;
    }
    if (!doubled.isThere) {
      press();
      return;
    }
    if (single.current === undefined) {
      single.current = setTimeout(() => {
        single.current = undefined;
        press();
      }, DOUBLE_MS);
      return;
    }
    clearTimeout(single.current);
    single.current = undefined;
    void doubled.fire();
  };
  const hover = () => {
    const now = performance.now();
    if (cannot || !hovered.isThere || now - hoveredAt.current < HOVER_MS) return;
    hoveredAt.current = now;
    void hovered.fire();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (cannot || event.target !== event.currentTarget || event.repeat) return;
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    if (event.shiftKey && doubled.isThere) void doubled.fire();
    else if (event.altKey && held.isThere) void held.fire();
    else press();
  };
  const letGo = () => {
    clearTimeout(long.current);
    if (isDown.current && !wasLong.current) void canceled.fire();
    isDown.current = false;
  };
  const keys = [doubled.isThere && 'Shift+Enter', held.isThere && 'Alt+Enter'].filter(Boolean).join(' ');

  return (
    <div
      ref={element}
      role="button"
      tabIndex={0}
      className={css.actionable}
      {...(node.label !== undefined && { 'aria-label': node.label })}
      {...(cannot && { 'aria-disabled': true })}
      {...(isOff && { title: AWAY })}
      {...(isBusy && { 'aria-busy': true })}
      {...(keys !== '' && { 'aria-keyshortcuts': keys })}
      onClick={click}
      onKeyDown={onKeyDown}
      onMouseEnter={hover}
      onFocus={hover}
      onPointerDown={(event) => {
        if (cannot || event.button !== 0) return;
        isDown.current = true;
        wasLong.current = false;
        if (!held.isThere) return;
        long.current = setTimeout(() => {
          wasLong.current = true;
          void held.fire();
        }, LONG_MS);
      }}
      onPointerUp={() => {
        clearTimeout(long.current);
        isDown.current = false;
      }}
      onPointerLeave={letGo}
      onPointerCancel={letGo}
    >
      <Show node={node.child} />
    </div>
  );
}
