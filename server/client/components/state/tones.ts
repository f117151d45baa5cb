/** Tones as colours, for what is drawn rather than written: lines, bars, borders. */
import '../layout/tokens.css';

export type ToneName = 'neutral' | 'info' | 'success' | 'warning' | 'error';

const colours: Readonly<Record<ToneName, string>> = {
  neutral: 'var(--ear-neutral)',
  info: 'var(--ear-info)',
  success: 'var(--ear-success)',
  warning: 'var(--ear-warning)',
  error: 'var(--ear-error)',
};

export const toneColour = (tone: ToneName | undefined): string => colours[tone ?? 'neutral'];
