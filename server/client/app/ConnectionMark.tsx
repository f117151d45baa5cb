/** Whether what is on the screen is live: ● Live, ◌ Reconnecting (3 s), or offline. Pressed, it tries at once. */
import { Text, UnstyledButton } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import type { Connection, ConnectionState } from '../live/connection.ts';
import { useReadable } from './useReadable.ts';

export function ConnectionMark({ connection }: { readonly connection: Connection }): ReactNode {
  const state = useReadable(connection.state);
  const nowMs = useSeconds(state.status === 'waiting');
  const hasBeenLive = useReadable(connection.hello) !== undefined;
  const text = textOf(state, nowMs, hasBeenLive);
  if (state.status !== 'waiting') {
    return (
      <Text component="span" size="sm" className="earshot-mark" data-status={state.status}>
        <span aria-hidden="true">{state.status === 'live' ? '●' : '◌'}</span> {text}
      </Text>
    );
  }
  return (
    <UnstyledButton className="earshot-mark" data-status="waiting" onClick={connection.retryNow} title="Try now">
      <Text component="span" size="sm">
        <span aria-hidden="true">{state.isOffline ? '‖' : '◌'}</span> {text}
      </Text>
    </UnstyledButton>
  );
}

function textOf(state: ConnectionState, nowMs: number, hasBeenLive: boolean): string {
  switch (state.status) {
    case 'live':
      return 'Live';
    case 'connecting':
      return hasBeenLive ? 'Reconnecting' : 'Connecting';
    case 'stopped':
      return 'Stopped';
    case 'waiting': {
      if (state.isOffline) return 'Offline';
      return `Reconnecting (${Math.max(0, Math.ceil((state.retryAtMs - nowMs) / 1_000))} s)`;
    }
  }
}

function useSeconds(isRunning: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return undefined;
    const tick = () => setNowMs(Date.now());
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [isRunning]);
  return nowMs;
}
