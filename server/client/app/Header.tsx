/** The strip above every page: where one is, whether it is live, and who looks. */
import { Badge, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Connection } from '../live/connection.ts';
import type { PageFlow } from '../live/pageFlow.ts';
import { Anchor } from '../render/links.ts';
import { ConnectionMark } from './ConnectionMark.tsx';
import { Mark } from './Mark.tsx';
import { Nav } from './Nav.tsx';
import type { Place } from './place.ts';
import { UserMenu } from './UserMenu.tsx';

interface HeaderProps {
  readonly place: Place;
  readonly connection: Connection;
  readonly flow: PageFlow;
}

export function Header({ place, connection, flow }: HeaderProps): ReactNode {
  return (
    <header className="earshot-header">
      <Anchor to="/" className="earshot-brand" aria-label="Earshot">
        <Group gap="xs" wrap="nowrap">
          <Mark />
          <Text fw={600} component="span" className="earshot-name">
            Earshot
          </Text>
        </Group>
      </Anchor>
      {place.environment === 'sandbox' && (
        <Badge flex="none" variant="light" color="yellow" autoContrast={false} radius="sm">
          Sandbox
        </Badge>
      )}
      <Nav place={place} connection={connection} />
      <Group ml="auto" gap="xs" wrap="nowrap" miw={0}>
        <ConnectionMark connection={connection} flow={flow} />
        <UserMenu place={place} connection={connection} />
      </Group>
    </header>
  );
}
