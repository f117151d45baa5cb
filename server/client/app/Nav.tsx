/** The pages of the app that lie at its top, as links; on a phone, and where they are many, in a menu. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconMenu2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { usePathname } from 'wouter/use-browser-location';
import type { Connection } from '../live/connection.ts';
import { Anchor } from '../render/links.ts';
import { useIsPhone } from '../render/screen.ts';
import { currentOf, navOf } from './navOf.ts';
import type { Place } from './place.ts';
import { useReadable } from './useReadable.ts';

interface NavProps {
  readonly place: Place;
  readonly connection: Connection;
}

const MOST_IN_A_ROW = 7;

export function Nav({ place, connection }: NavProps): ReactNode {
  const hello = useReadable(connection.hello);
  const here = usePathname().slice(place.base.length) || '/';
  const isPhone = useIsPhone();
  const entries = navOf(hello?.routes.page ?? [], hello?.titles);
  if (entries.length < 2) return null;
  const current = currentOf(entries, here);
  const mark = (path: string) => path === current && ({ 'aria-current': path === here ? 'page' : 'true' } as const);
  if (isPhone || entries.length > MOST_IN_A_ROW) {
    return (
      <nav aria-label="Pages">
        <Menu position="bottom-start" shadow="md" width={220} withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon variant="subtle" size="lg" aria-label="Pages">
              <IconMenu2 size={20} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {entries.map(({ path, title }) => (
              <Menu.Item key={path} className="earshot-nav-item" component={Anchor} to={path} {...mark(path)}>
                {title}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </nav>
    );
  }
  return (
    <nav aria-label="Pages" className="earshot-nav">
      {entries.map(({ path, title }) => (
        <Anchor key={path} to={path} {...mark(path)}>
          {title}
        </Anchor>
      ))}
    </nav>
  );
}
