/** The author's app: its pages between our header and nothing else. */
import { useEffect, useMemo, type ReactNode } from 'react';
import type { RunEnded } from '../../schemas/socket.ts';
import type { Connection } from '../live/connection.ts';
import { createPageFlow } from '../live/pageFlow.ts';
import { HostContext } from '../render/host.ts';
import { createOverlays } from '../render/overlayStore.ts';
import { announce, Announcer } from './announce.tsx';
import { downloadText } from './download.ts';
import { Header } from './Header.tsx';
import { loadAtNextStep } from './history.ts';
import { createHost } from './host.ts';
import { liveOf } from './live.ts';
import { navigateTo } from './navigate.ts';
import type { Place } from './place.ts';
import { Problems } from './Problems.tsx';
import { RoutePage } from './RoutePage.tsx';
import { toast } from './toast.ts';
import { useReadable } from './useReadable.ts';

export function LiveApp({ place }: { readonly place: Place }): ReactNode {
  const { connection, routes } = liveOf(place);
  const flow = useMemo(() => createPageFlow(routes), [routes]);
  const hello = useReadable(connection.hello);
  const host = useMemo(
    () => createHost({ place, connection, flow, overlays: createOverlays() }),
    [place, connection, flow],
  );
  usePushes(connection, place);
  useEffect(() => routes.onLate(tellLate), [routes]);
  useLossTold(connection);
  useVersion(connection);
  useEffect(() => () => flow.stop(), [flow]);
  return (
    <>
      <a className="earshot-skip" href="#main">
        Skip to the page
      </a>
      <HostContext value={host}>
        <Header place={place} connection={connection} flow={flow} />
      </HostContext>
      <Problems problems={hello?.problems ?? []} />
      <RoutePage place={place} connection={connection} flow={flow} />
      <Announcer />
    </>
  );
}

/** What listeners ask of the browser that started them. */
function usePushes(connection: Connection, place: Place): void {
  useEffect(() => {
    const stops = [
      connection.on('toast', ({ text, tone }) => toast(text, tone)),
      connection.on('navigate', ({ to, replace }) => navigateTo(to, place, replace)),
      connection.on('download', ({ name, text, type }) => downloadText(name, text, type)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [connection, place]);
}

/** This program was built for the server that it was loaded from. A newer one gives a newer program, when it suits. */
function useVersion(connection: Connection): void {
  useEffect(() => {
    let first: string | undefined;
    return connection.hello.subscribe(() => {
      const version = connection.hello.get()?.version;
      first ??= version;
      if (version === first) return;
      const isInUse = document.activeElement?.matches('input, textarea, select, [contenteditable]') === true;
      if (isInUse) loadAtNextStep();
      else location.reload();
    });
  }, [connection]);
}

/** What failed at first, or took so long that nobody waits for it any more, has ended. */
function tellLate({ status, error }: RunEnded): void {
  if (status === 'succeeded') toast('Done: what was not finished before has worked.', 'success');
  else if (status === 'canceled') toast('What was not finished before was canceled.', 'warning');
  else toast(`Given up: ${error?.message ?? 'what was tried again did not work.'}`, 'error');
}

/** A short break is no news; one that lasts is, and so is its end. */
function useLossTold(connection: Connection): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isTold = false;
    const look = () => {
      const { status } = connection.state.get();
      if (status === 'live') {
        clearTimeout(timer);
        timer = undefined;
        if (isTold) announce('Connected again.');
        isTold = false;
      } else if (status === 'waiting' && timer === undefined) {
        timer = setTimeout(() => {
          isTold = true;
          announce('The connection is lost. Trying again.');
        }, 2_000);
      }
    };
    const stop = connection.state.subscribe(look);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [connection]);
}
