/** Who looks, how it looks, and the way in and out. */
import { ActionIcon, Button, Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import {
  IconCheck,
  IconDeviceDesktop,
  IconLogin2,
  IconLogout,
  IconMoon,
  IconSettings,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Hello } from '../../schemas/socket.ts';
import type { Connection } from '../live/connection.ts';
import { signOut } from './auth.ts';
import { step } from './history.ts';
import { restartLive } from './live.ts';
import { ownPath } from './navigate.ts';
import type { Place } from './place.ts';
import { signInHref } from './signInHref.ts';
import { toast } from './toast.ts';
import { useReadable } from './useReadable.ts';

const SCHEMES = [
  ['light', 'Light', IconSun],
  ['dark', 'Dark', IconMoon],
  ['auto', 'As the system', IconDeviceDesktop],
] as const satisfies readonly (readonly [MantineColorScheme, string, typeof IconSun])[];

interface UserMenuProps {
  readonly place: Place;
  readonly connection: Connection;
}

export function UserMenu({ place, connection }: UserMenuProps): ReactNode {
  const hello = useReadable(connection.hello);
  const user = hello?.user ?? null;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" width={220} shadow="md" withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" radius="xl" aria-label={user === null ? 'Menu' : `Menu of ${user.name}`}>
          {user === null ? <IconSettings size={20} /> : <IconUserCircle size={24} />}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {user !== null && <Menu.Label>{`${user.name} · ${user.email}`}</Menu.Label>}
        <Menu.Label>Colours</Menu.Label>
        {SCHEMES.map(([scheme, name, Icon]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={16} />}
            rightSection={colorScheme === scheme ? <IconCheck size={16} aria-label="in use" /> : undefined}
            onClick={() => setColorScheme(scheme)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <SignInOrOut place={place} hello={hello} />
      </Menu.Dropdown>
    </Menu>
  );
}

function SignInOrOut({ place, hello }: { readonly place: Place; readonly hello: Hello | undefined }): ReactNode {
  if (hello?.user == null) {
    const here = `${ownPath(place.base)}${location.search}`;
    return (
      <Menu.Item leftSection={<IconLogin2 size={16} />} onClick={() => step(signInHref(place, here))}>
        Sign in
      </Menu.Item>
    );
  }
  const leave = async () => {
    const problem = await signOut(place);
    if (problem !== undefined) toast(`You are still signed in: ${problem.detail ?? problem.title}`, 'error');
    else restartLive();
  };
  return (
    <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
      Sign out
    </Menu.Item>
  );
}

/** A way in that is seen, where nothing else is. */
export function SignInButton({ place, next }: { readonly place: Place; readonly next: string }): ReactNode {
  return (
    <Button leftSection={<IconLogin2 size={18} />} onClick={() => step(signInHref(place, next))}>
      Sign in
    </Button>
  );
}
