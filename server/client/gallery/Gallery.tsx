/**
 * Every component in its states, from `/components.json`: for authors who look for one, and for screenshots and tests.
 * `#button` shows one component; without it, all of them, drawn as they come near.
 */
import { Alert, Group, Stack, Text, Title } from '@mantine/core';
import { use, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { Link } from 'wouter';
import { Announcer } from '../app/announce.tsx';
import { Mark } from '../app/Mark.tsx';
import { Contents } from './Contents.tsx';
import { DescribedComponent } from './Described.tsx';
import { loadGroups, type Described } from './described.ts';
import { Schemes, Widths } from './Looks.tsx';
import { Near } from './Near.tsx';

export function Gallery(): ReactNode {
  const groups = use(loadGroups());
  const [width, setWidth] = useState('100%');
  const all = Object.values(groups).flat();
  const hash = useHash();
  const one = all.find(({ type }) => type === hash);
  useEffect(() => {
    document.title = `${one === undefined ? 'Components' : one.type} · Earshot`;
    scrollTo(0, 0);
  }, [one]);
  return (
    <>
      <header className="earshot-header">
        <Link href="/">
          <Group gap="xs" wrap="nowrap">
            <Mark />
            <Text fw={600} component="span">
              Earshot
            </Text>
          </Group>
        </Link>
        <Group ml="auto" gap="xs" wrap="nowrap">
          <Widths value={width} onChange={setWidth} />
          <Schemes />
        </Group>
      </header>
      <div className="earshot-gallery">
        <Contents groups={groups} shown={one?.type} />
        <main className="earshot-main" data-gallery-ready>
          <Stack gap={48}>
            <div>
              <Title order={1}>Components</Title>
              <Text c="dimmed">
                {one === undefined ? `${all.length} of them, ` : 'One of them, '}
                as a view returns them. All may also have key, visibleOn, label and testId.
              </Text>
            </div>
            {one === undefined ? (
              Object.entries(groups).map(([name, specs]) => (
                <Together key={name} name={name} specs={specs} width={width} />
              ))
            ) : (
              <DescribedComponent key={one.type} spec={one} width={width} />
            )}
            {all.length === 0 && <Alert title="There are none yet">This server names no components.</Alert>}
          </Stack>
        </main>
      </div>
      <Announcer />
    </>
  );
}

interface TogetherProps {
  readonly name: string;
  readonly specs: readonly Described[];
  readonly width: string;
}

function Together({ name, specs, width }: TogetherProps): ReactNode {
  return (
    <Stack gap={40}>
      <Text fw={600} tt="capitalize" size="lg" component="p">
        {name}
      </Text>
      {specs.map((spec) => (
        <Near key={spec.type}>
          <DescribedComponent spec={spec} width={width} />
        </Near>
      ))}
    </Stack>
  );
}

function useHash(): string {
  return useSyncExternalStore(
    (changed) => {
      addEventListener('hashchange', changed);
      return () => removeEventListener('hashchange', changed);
    },
    () => decodeURIComponent(location.hash.slice(1)),
  );
}
