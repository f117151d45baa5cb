/** Marks an element for a moment when its value changed while it was in sight. Off where motion is not wanted. */
import { useEffect, useRef, type RefObject } from 'react';

const MARKED_MS = 2_000;
const calm = globalThis.matchMedia('(prefers-reduced-motion: reduce)');

export function useMark<E extends HTMLElement>(value: unknown): RefObject<E | null> {
  const element = useRef<E>(null);
  const last = useRef(value);

  useEffect(() => {
    if (Object.is(last.current, value)) return;
    last.current = value;
    const marked = element.current;
    if (marked === null || calm.matches) return;
    const colour = getComputedStyle(marked).getPropertyValue('--ear-mark');
    marked.dataset.changed = '';
    const animation = marked.animate([{ backgroundColor: colour }, { backgroundColor: 'transparent' }], {
      duration: MARKED_MS,
      easing: 'ease-in',
    });
    const end = () => delete marked.dataset.changed;
    animation.addEventListener('finish', end);
    return () => {
      animation.removeEventListener('finish', end);
      animation.cancel();
      end();
    };
  }, [value]);
  return element;
}
