/**
 * Mantine's own shades for dimmed text, errors and tinted surfaces have a contrast of 3 to 1 and less. These have 4.5 to 1
 * and more on the surfaces they stand on, in both schemes.
 */
import type { CSSVariablesResolver, MantineTheme } from '@mantine/core';

/** Which of a colour's ten shades text has, on white and on the dark body. */
const ON_LIGHT = 9;
const ON_DARK = 3;

export const contrast: CSSVariablesResolver = (theme) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5b6470',
    '--mantine-color-placeholder': '#6b7280',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-anchor': 'var(--mantine-color-earshot-7)',
    ...texts(theme, ON_LIGHT),
  },
  dark: {
    '--mantine-color-dimmed': '#a3adba',
    '--mantine-color-placeholder': '#98a2ae',
    '--mantine-color-error': '#ff8a7a',
    '--mantine-color-anchor': 'var(--mantine-color-earshot-3)',
    ...texts(theme, ON_DARK),
  },
});

/** Text in a colour, on nothing, on a tint of it, and within an outline. */
function texts({ colors }: MantineTheme, shade: number): Record<string, string> {
  return Object.fromEntries(
    Object.keys(colors)
      .filter((name) => name !== 'dark')
      .flatMap((name) =>
        ['text', 'light-color', 'outline'].map((use) => [
          `--mantine-color-${name}-${use}`,
          darkest(name, shade) ?? `var(--mantine-color-${name}-${shade})`,
        ]),
      ),
  );
}

/** Yellow and its neighbours are too bright even at their deepest. */
function darkest(name: string, shade: number): string | undefined {
  if (shade !== ON_LIGHT) return undefined;
  return { yellow: '#7a4f00', lime: '#3f6212', orange: '#9a3412', green: '#1b6e2c', teal: '#0b6e4f', cyan: '#0b6576' }[
    name
  ];
}
