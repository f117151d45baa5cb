/** The page that an address stands for: opens its route, draws its tree, and says so when there is none. */
import { Skeleton, Stack } from '@mantine/core';
import { useEffect, useLayoutEffect, useMemo, useRef, type ReactNode } from 'react';
import { usePathname, useSearch } from 'wouter/use-browser-location';
import type { Node } from '../../schemas/components/base.ts';
import type { Connection } from '../live/connection.ts';
import type { PageFlow, PageState } from '../live/pageFlow.ts';
import { Boundary } from '../render/Broken.tsx';
import { HostContext } from '../render/host.ts';
import { createOverlays } from '../render/overlayStore.ts';
import { QuestionContext } from '../components/data/question.ts';
import { Show } from '../render/Show.tsx';
import { arrive, startHistory } from './arrival.ts';
import { createHost } from './host.ts';
import { NoPage } from './NoPage.tsx';
import type { Place } from './place.ts';
import { useReadable } from './useReadable.ts';

interface RoutePageProps {
  readonly place: Place;
  readonly connection: Connection;
  readonly flow: PageFlow;
}

export function RoutePage({ place, connection, flow }: RoutePageProps): ReactNode {
  // As it stands in the address: what is encoded in it is the server's to read.
  const path = usePathname().slice(place.base.length) || '/';
  const search = useSearch();
  useEffect(() => flow.go(path, search), [flow, path, search]);
  useEffect(startHistory, []);
  const state = useReadable(flow);
  const main = useRef<HTMLElement>(null);
  useArrival(state, main, place);
  const isReady = state !== undefined && state.wait !== 'skeleton' && state.snapshot.status !== 'loading';
  return (
    <main
      id="main"
      ref={main}
      tabIndex={-1}
      className="earshot-main"
      aria-busy={state?.wait !== 'none'}
      // Tells tests and people with the inspector open which tree is on the screen.
      data-revision={isReady ? state.snapshot.revision : undefined}
    >
      {isReady ? <Shown key={state.path} {...{ place, connection, flow, state }} /> : <Waiting state={state} />}
    </main>
  );
}

function Shown({ place, connection, flow, state }: RoutePageProps & { readonly state: PageState }): ReactNode {
  const overlays = useMemo(createOverlays, []);
  const host = useMemo(() => createHost({ place, connection, flow, overlays }), [place, connection, flow, overlays]);
  const { tree, problem, status } = state.snapshot;
  return (
    <HostContext value={host}>
      {status === 'gone' ? (
        <NoPage path={state.path} problem={problem} place={place} connection={connection} />
      ) : (
        <Boundary of={tree} name="This page">
          <QuestionContext value={`${state.path}${state.search}`}>
            <Show node={tree as Node} />
          </QuestionContext>
        </Boundary>
      )}
    </HostContext>
  );
}

/** Nothing for a blink, then the outline of a page. */
function Waiting({ state }: { readonly state: PageState | undefined }): ReactNode {
  if (state?.wait !== 'skeleton') return null;
  return (
    <Stack gap="md" aria-label="Loading">
      <Skeleton height={32} width="min(20rem, 60%)" />
      <Skeleton height={18} width="min(34rem, 90%)" />
      <Skeleton height={220} />
      <Skeleton height={18} width="min(26rem, 80%)" />
    </Stack>
  );
}

/** Title, focus and scroll position, once a page is there. */
function useArrival(state: PageState | undefined, main: { readonly current: HTMLElement | null }, place: Place): void {
  const isThere = state?.wait === 'none' && state.snapshot.status !== 'loading';
  const path = state?.path;
  const search = state?.search;
  const title = state?.snapshot.title ?? null;
  const before = useRef<string>(undefined);
  // Before the screen is drawn: else what the new page does to the scroll position would count as the old one's.
  useLayoutEffect(() => {
    if (!isThere || path === undefined || main.current === null) return;
    arrive({ main: main.current, isFirst: before.current === undefined, isSamePath: before.current === path });
    before.current = path;
  }, [isThere, path, search, main]);
  useEffect(() => {
    if (!isThere) return;
    const heading = main.current?.querySelector('h1')?.textContent;
    const name = place.environment === 'sandbox' ? 'Earshot sandbox' : 'Earshot';
    document.title = [title ?? heading, name].filter(Boolean).join(' · ');
  }, [isThere, path, title, main, place]);
}
