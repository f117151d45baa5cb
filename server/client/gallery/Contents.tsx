/** The way to each component: a list beside the page, or a choice on a phone. */
import { Box, NativeSelect, NavLink, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Groups } from './described.ts';

interface ContentsProps {
  readonly groups: Groups;
  readonly shown: string | undefined;
}

export function Contents({ groups, shown }: ContentsProps): ReactNode {
  return (
    <>
      <Box component="nav" aria-label="Components" className="earshot-contents" visibleFrom="sm">
        <NavLink href="#" label="All" active={shown === undefined} />
        {Object.entries(groups).map(([name, specs]) => (
          <div key={name}>
            <Text size="xs" fw={600} c="dimmed" tt="uppercase" mt="md" mb={4} px="sm">
              {name}
            </Text>
            {specs.map(({ type }) => (
              <NavLink
                key={type}
                href={`#${type}`}
                label={type}
                active={type === shown}
                aria-current={type === shown ? 'page' : undefined}
                py={4}
              />
            ))}
          </div>
        ))}
      </Box>
      <Box hiddenFrom="sm" px="md" pt="md">
        <NativeSelect
          label="Component"
          value={shown ?? ''}
          onChange={(event) => (location.hash = event.currentTarget.value)}
        >
          <option value="">All</option>
          {Object.entries(groups).map(([name, specs]) => (
            <optgroup key={name} label={name}>
              {specs.map(({ type }) => (
                <option key={type}>{type}</option>
              ))}
            </optgroup>
          ))}
        </NativeSelect>
      </Box>
    </>
  );
}
