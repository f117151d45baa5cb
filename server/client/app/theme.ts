/** The look: calm, few colours, good contrast on white and on near-black, the system's own fonts. */
import { createTheme, localStorageColorSchemeManager, type MantineColorsTuple } from '@mantine/core';

/** From pale to deep. 7 on white and 4 on the dark body have a contrast of 4.5 to 1 and more. */
const teal: MantineColorsTuple = [
  '#e8f6f5',
  '#d0ebe9',
  '#a3d7d4',
  '#72c2bd',
  '#4cb1aa',
  '#2f9c95',
  '#177f79',
  '#0b6b6b',
  '#075757',
  '#034444',
];

export const theme = createTheme({
  colors: { earshot: teal },
  primaryColor: 'earshot',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  // Where black and white are equally well read.
  luminanceThreshold: 0.179,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontWeight: '600' },
});

export const colorScheme = localStorageColorSchemeManager({ key: 'earshot-color-scheme' });

/** The server gives each page a nonce, without which its Content-Security-Policy lets no style be added. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}
