/** Short notices at the edge of the page, read out politely. Never the only place of a fact. */
import { notifications } from '@mantine/notifications';
import type { ToastTone } from '../../schemas/socket.ts';

const COLORS: Readonly<Record<ToastTone, string>> = { info: 'blue', success: 'teal', warning: 'yellow', error: 'red' };

export function toast(text: string, tone: ToastTone = 'info'): void {
  // A failure stays until it is closed: somebody has to read it.
  notifications.show({
    message: text,
    color: COLORS[tone],
    autoClose: tone === 'error' ? 12_000 : 5_000,
    closeButtonProps: { 'aria-label': 'Close' },
  });
}
