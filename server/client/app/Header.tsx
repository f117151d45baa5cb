/** The strip above every page: where one is, whether it is live, and who looks. */
import { Badge, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Connection } from '../live/connection.ts';
import { ConnectionMark } from './ConnectionMark.tsx';
import { Mark } from './Mark.tsx';
import type { Place } from './place.ts';
import { UserMenu } from './UserMenu.tsx';

interface HeaderProps {
  readonly place: Place;
  readonly connection: Connection;
}

export function Header({ place, connection }: HeaderProps): ReactNode {
  return (
    <header className="earshot-header">
      <Link href="/" className="earshot-brand">
        <Group gap="xs" wrap="nowrap">
          <Mark />
          <Text fw={600} component="span">
            Earshot
          </Text>
        </Group>
      </Link>
      {place.environment === 'sandbox' && (
        <Badge variant="light" color="yellow" autoContrast={false} radius="sm">
          Sandbox
        </Badge>
      )}
      <Group ml="auto" gap="xs" wrap="nowrap">
        <ConnectionMark connection={connection} />
        <UserMenu place={place} connection={connection} />
      </Group>
    </header>
  );
}
