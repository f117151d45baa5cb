/** The app as a whole: looks, router, and which program an address belongs to: ours under /_earshot, else the author's. */
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { lazy, Suspense, type ReactNode } from 'react';
import { Route, Router, Switch } from 'wouter';
import { registry } from '../components/registry.ts';
import { Boundary } from '../render/Broken.tsx';
import { RegistryContext } from '../render/registry.ts';
import { contrast } from './contrast.ts';
import { Invite } from './Invite.tsx';
import { LiveApp } from './LiveApp.tsx';
import type { Place } from './place.ts';
import { SignIn } from './SignIn.tsx';
import { colorScheme, styleNonce, theme } from './theme.ts';

const Gallery = lazy(async () => ({ default: (await import('../gallery/Gallery.tsx')).Gallery }));

export function App({ place }: { readonly place: Place }): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorScheme}
      cssVariablesResolver={contrast}
      getStyleNonce={styleNonce}
    >
      <Notifications position="bottom-right" limit={3} autoClose={5_000} />
      <Boundary of={place} name="Earshot">
        <RegistryContext value={registry}>
          <Router base={place.base}>
            <Switch>
              <Route path="/_earshot/sign-in">
                <SignIn place={place} />
              </Route>
              <Route path="/_earshot/invite">
                <Invite place={place} />
              </Route>
              <Route path="/_earshot/gallery">
                <Suspense fallback={null}>
                  <Gallery />
                </Suspense>
              </Route>
              <Route>
                <LiveApp place={place} />
              </Route>
            </Switch>
          </Router>
        </RegistryContext>
      </Boundary>
    </MantineProvider>
  );
}
