/** One thing in the middle of an otherwise empty page. */
import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { Mark } from './Mark.tsx';
import type { Place } from './place.ts';

interface CardProps {
  readonly title: string;
  readonly place: Place;
  readonly children: ReactNode;
}

export function Card({ title, place, children }: CardProps): ReactNode {
  const name = place.environment === 'sandbox' ? 'Earshot sandbox' : 'Earshot';
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder radius="md" p="xl" w="100%" maw={400} shadow="sm">
        <Stack gap="lg">
          <Group gap="xs">
            <Mark size={28} />
            <Text fw={600}>{name}</Text>
          </Group>
          <Title order={1} size="h3">
            {title}
          </Title>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}
