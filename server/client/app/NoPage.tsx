/** What stands where there is no page: nothing at this address, not for you, or a server in trouble. */
import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import type { Problem } from '../../schemas/problem.ts';
import type { Connection } from '../live/connection.ts';
import { Anchor } from '../render/links.ts';
import { step } from './history.ts';
import type { Place } from './place.ts';
import { signInHref } from './signInHref.ts';
import { Start } from './Start.tsx';
import { useReadable } from './useReadable.ts';

interface NoPageProps {
  readonly path: string;
  readonly problem: Problem | undefined;
  readonly place: Place;
  readonly connection: Connection;
}

export function NoPage({ path, problem, place, connection }: NoPageProps): ReactNode {
  const hello = useReadable(connection.hello);
  const isUnauthorized = problem?.code === 'unauthorized';
  useEffect(() => {
    if (isUnauthorized) step(signInHref(place, `${path}${location.search}`), true);
  }, [isUnauthorized, place, path]);
  if (isUnauthorized) return null;
  if (problem?.code === 'not_found' && path === '/') return <Start hello={hello} place={place} />;
  if (problem?.code === 'not_found') {
    return (
      <Sorry title="There is no page here">
        <Text>
          Nothing has the address <Code>{path}</Code>. It may have been moved, or the link may be wrong.
        </Text>
      </Sorry>
    );
  }
  if (problem?.code === 'forbidden') {
    const who = hello?.user == null ? 'Guests' : `${hello.user.name}, you`;
    return (
      <Sorry title="This page is not for you">
        <Text>{`${who} may not open it. Somebody who manages this app can give you a role that may.`}</Text>
      </Sorry>
    );
  }
  return (
    <Sorry title={problem?.title ?? 'This page cannot be shown'}>
      <Text>{problem?.detail ?? 'The server gave no reason.'}</Text>
      {problem !== undefined && (
        <Text size="sm" c="dimmed">
          <Code>{problem.code}</Code> {problem.instance}
        </Text>
      )}
      <Group>
        <Button variant="default" onClick={() => location.reload()}>
          Load it anew
        </Button>
      </Group>
    </Sorry>
  );
}

function Sorry({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <Stack maw={560} mx="auto" mt="10vh" gap="md">
      <Title order={1} size="h2">
        {title}
      </Title>
      {children}
      <Text>
        <Anchor to="/">Go to the start page</Anchor>
      </Text>
    </Stack>
  );
}
