/** How tones and states look: a colour, and for a state an icon and a word before it, so that colour is never alone. */
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconPlayerPause,
  IconProgress,
  IconRefresh,
  type Icon,
} from '@tabler/icons-react';
import './colours.css';

export type ToneName = 'neutral' | 'info' | 'success' | 'warning' | 'error';

const colours: Readonly<Record<ToneName, string>> = {
  neutral: 'var(--ear-neutral)',
  info: 'var(--ear-info)',
  success: 'var(--ear-success)',
  warning: 'var(--ear-warning)',
  error: 'var(--ear-error)',
};

export const toneColour = (tone: ToneName | undefined): string => colours[tone ?? 'neutral'];

export interface StatusLook {
  readonly tone: ToneName;
  readonly icon: Icon;
}

const looks: Readonly<Record<string, StatusLook>> = {
  succeeded: { tone: 'success', icon: IconCircleCheck },
  delivered: { tone: 'success', icon: IconCircleCheck },
  enabled: { tone: 'success', icon: IconCircleCheck },
  failed: { tone: 'error', icon: IconCircleX },
  dead: { tone: 'error', icon: IconCircleX },
  refused: { tone: 'error', icon: IconCircleX },
  retrying: { tone: 'warning', icon: IconRefresh },
  warning: { tone: 'warning', icon: IconAlertTriangle },
  running: { tone: 'info', icon: IconProgress },
  sending: { tone: 'info', icon: IconProgress },
  queued: { tone: 'neutral', icon: IconClock },
  pending: { tone: 'neutral', icon: IconClock },
  paused: { tone: 'neutral', icon: IconPlayerPause },
  disabled: { tone: 'neutral', icon: IconBan },
  canceled: { tone: 'neutral', icon: IconBan },
};

const plain: StatusLook = { tone: 'neutral', icon: IconClock };

export const lookOf = (status: string | undefined): StatusLook => looks[status ?? ''] ?? plain;
