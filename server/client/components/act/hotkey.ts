/** Keys that press something. A single one does nothing while a person types, and none reaches behind an open dialog. */
import { useHotkeys } from '@mantine/hooks';

const TYPED_INTO = ['INPUT', 'TEXTAREA', 'SELECT'];

/** `press` is told of the key; `element` gives what is pressed, where it is seen. */
export function useKey(hotkey: string | undefined, press: () => void, element?: () => HTMLElement | null): void {
  const isSingle = hotkey === undefined || !/(mod|ctrl|alt)\+/.test(hotkey);
  const go = () => {
    if (!isBehindDialog(element?.() ?? null)) press();
  };
  useHotkeys(hotkey === undefined ? [] : [[hotkey, go]], isSingle ? TYPED_INTO : [], !isSingle);
}

function isBehindDialog(element: HTMLElement | null): boolean {
  const dialog = [...document.querySelectorAll('[role=dialog][aria-modal=true]')].at(-1);
  return dialog !== undefined && !dialog.contains(element);
}

const isMac = () => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** As `aria-keyshortcuts` wants it: `Control+Shift+U`. */
export function spokenKeys(hotkey: string): string {
  const names: Readonly<Record<string, string>> = { mod: isMac() ? 'Meta' : 'Control', ctrl: 'Control' };
  return hotkey
    .split('+')
    .map((key) => names[key] ?? capital(key.replace(/^arrow/, 'Arrow')))
    .join('+');
}

/** As people read it: `Ctrl+Shift+U`. */
export function shownKeys(hotkey: string): string {
  const names: Readonly<Record<string, string>> = { mod: isMac() ? '⌘' : 'Ctrl', ctrl: 'Ctrl' };
  return hotkey
    .split('+')
    .map((key) => names[key] ?? capital(key.replace(/^arrow/, '')))
    .join('+');
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
