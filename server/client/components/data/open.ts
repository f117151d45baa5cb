/** How a row is opened: by its link or button, by a press anywhere on it that meant nothing else, or by keys. */
import type { KeyboardEvent, MouseEvent } from 'react';

/** What answers presses of its own. */
const OWN = 'a,button,input,select,textarea,label,summary,[role="button"],[role="menuitem"],[contenteditable="true"]';

/** Where a row leads to; `$id` of the pattern is put in as one part of a path. */
export function linkOf(
  id: string,
  links: Readonly<Record<string, string>> | undefined,
  pattern: string | undefined,
): string | undefined {
  if (links !== undefined && Object.hasOwn(links, id)) return links[id];
  return pattern?.replaceAll('$id', () => encodeURIComponent(id));
}

/** A press on a row presses its link or button, with the keys that were held: a new tab stays a new tab. */
export function openByRow(event: MouseEvent<HTMLElement>): void {
  const pressed = event.target as HTMLElement;
  if (pressed.closest(OWN) !== null || event.defaultPrevented) return;
  if ((globalThis.getSelection()?.toString() ?? '') !== '') return;
  const { ctrlKey, metaKey, shiftKey, altKey } = event;
  event.currentTarget
    .querySelector<HTMLElement>('[data-open]')
    ?.dispatchEvent(
      new globalThis.MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey, altKey }),
    );
}

/** Which way a key leads among rows; undefined where the key is somebody else's. */
export function stepOf(event: KeyboardEvent<HTMLElement>): 1 | -1 | undefined {
  if (isTaken(event)) return undefined;
  if (event.key === 'j' || event.key === 'ArrowDown') return 1;
  if (event.key === 'k' || event.key === 'ArrowUp') return -1;
  return undefined;
}

/** Single keys never fire while somebody types, nor within a control that knows arrows itself. */
export function isTaken(event: KeyboardEvent<HTMLElement>): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  const at = event.target as HTMLElement;
  if (at.matches('input:not([type="checkbox"]),select,textarea,[contenteditable="true"]')) return true;
  return !at.matches('[data-open],[data-tick],[data-rows]');
}
