/** In which colours and how wide the examples are shown. */
import { SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';

const SCHEMES: { readonly label: string; readonly value: MantineColorScheme }[] = [
  { label: 'Light', value: 'light' },
  { label: 'Dark', value: 'dark' },
  { label: 'Auto', value: 'auto' },
];

export function Schemes(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      size="xs"
      aria-label="Colours"
      data={SCHEMES}
      value={colorScheme}
      onChange={(value) => setColorScheme(value)}
    />
  );
}

interface WidthsProps {
  readonly value: string;
  readonly onChange: (width: string) => void;
}

export function Widths({ value, onChange }: WidthsProps): ReactNode {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Width"
      visibleFrom="sm"
      data={[
        { label: 'Full', value: '100%' },
        { label: 'Phone', value: '390px' },
      ]}
      value={value}
      onChange={onChange}
    />
  );
}
