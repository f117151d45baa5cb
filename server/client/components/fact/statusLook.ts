/** What each status looks like: a drawing, a word, a tone. For every component that shows one. */
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleMinus,
  IconCircleX,
  IconClock,
  IconPlayerPause,
  IconProgress,
  IconRefresh,
  type Icon,
} from '@tabler/icons-react';
import type { Status, StatusSticker } from '../../../schemas/components/fact.ts';
import type { ToneName } from '../state/tones.ts';

export interface Look {
  readonly Icon: Icon;
  readonly word: string;
  readonly tone: ToneName;
}

export const statusLooks: Readonly<Record<Status['value'], Look>> = {
  succeeded: { Icon: IconCircleCheck, word: 'Succeeded', tone: 'success' },
  delivered: { Icon: IconCircleCheck, word: 'Delivered', tone: 'success' },
  enabled: { Icon: IconCircleCheck, word: 'Enabled', tone: 'success' },
  failed: { Icon: IconCircleX, word: 'Failed', tone: 'error' },
  dead: { Icon: IconCircleX, word: 'Dead', tone: 'error' },
  refused: { Icon: IconBan, word: 'Refused', tone: 'error' },
  retrying: { Icon: IconRefresh, word: 'Retrying', tone: 'warning' },
  warning: { Icon: IconAlertTriangle, word: 'Warning', tone: 'warning' },
  running: { Icon: IconProgress, word: 'Running', tone: 'info' },
  sending: { Icon: IconProgress, word: 'Sending', tone: 'info' },
  queued: { Icon: IconClock, word: 'Queued', tone: 'neutral' },
  pending: { Icon: IconClock, word: 'Pending', tone: 'neutral' },
  paused: { Icon: IconPlayerPause, word: 'Paused', tone: 'neutral' },
  disabled: { Icon: IconBan, word: 'Disabled', tone: 'neutral' },
  canceled: { Icon: IconCircleMinus, word: 'Canceled', tone: 'neutral' },
};

export const stickerLooks: Readonly<Record<StatusSticker['status'], Look>> = {
  success: { Icon: IconCircleCheck, word: 'Success', tone: 'success' },
  warning: { Icon: IconAlertTriangle, word: 'Warning', tone: 'warning' },
  error: { Icon: IconCircleX, word: 'Error', tone: 'error' },
  pending: { Icon: IconClock, word: 'Pending', tone: 'neutral' },
};

const unknown: Look = { Icon: IconClock, word: '', tone: 'neutral' };

/** Of a status that may be none of ours. */
export const lookOf = (status: string | undefined): Look =>
  status !== undefined && Object.hasOwn(statusLooks, status) ? statusLooks[status as Status['value']] : unknown;
