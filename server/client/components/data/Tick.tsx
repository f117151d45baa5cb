/** A box to tick, large enough to be hit with a finger. */
import { useEffect, useRef, type MouseEvent, type ReactNode } from 'react';
import css from './data.module.css';

interface TickProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly isPart?: boolean;
  readonly onTick: (isOn: boolean, isRange: boolean) => void;
}

export function Tick({ label, isOn, isPart = false, onTick }: TickProps): ReactNode {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = isPart;
  }, [isPart]);
  const press = (event: MouseEvent<HTMLInputElement>) => onTick(event.currentTarget.checked, event.shiftKey);
  return (
    <label className={css.tick}>
      <input ref={box} type="checkbox" aria-label={label} checked={isOn} onClick={press} onChange={ignore} data-tick />
    </label>
  );
}

// React wants it beside `checked`; the press itself knows whether shift was held.
const ignore = () => undefined;
