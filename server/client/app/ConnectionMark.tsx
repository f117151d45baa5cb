/**
 * Whether what is on the screen is live: ● Live, ◌ Reconnecting (3 s), or offline. Pressed while live, the page stays as
 * it is (‖ Paused) until it is pressed again; pressed while waiting, it tries at once.
 */
import { Text, UnstyledButton } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import type { Connection, ConnectionState } from '../live/connection.ts';
import type { PageFlow } from '../live/pageFlow.ts';
import { announce } from './announce.tsx';
import { useReadable } from './useReadable.ts';

interface MarkProps {
  readonly connection: Connection;
  readonly flow: Pick<PageFlow, 'isPaused' | 'pause'>;
}

export function ConnectionMark({ connection, flow }: MarkProps): ReactNode {
  const state = useReadable(connection.state);
  const isPaused = useReadable(flow.isPaused);
  const nowMs = useSeconds(state.status === 'waiting');
  const hasBeenLive = useReadable(connection.hello) !== undefined;
  const { sign, text, title } = wordsOf(state, isPaused, nowMs, hasBeenLive);
  const words = (
    <Text component="span" size="sm">
      <span aria-hidden="true">{sign}</span> {text}
    </Text>
  );
  const status = state.status === 'live' && isPaused ? 'paused' : state.status;
  if (title === undefined) {
    return (
      <span className="earshot-mark" data-status={status}>
        {words}
      </span>
    );
  }
  const press = () => {
    if (state.status === 'waiting') {
      connection.retryNow();
      return;
    }
    flow.pause(!isPaused);
    announce(isPaused ? 'Live again.' : 'Paused. The page stays as it is.');
  };
  return (
    <UnstyledButton
      className="earshot-mark"
      data-status={status}
      onClick={press}
      title={title}
      aria-label={`${text}. ${title}`}
    >
      {words}
    </UnstyledButton>
  );
}

interface Words {
  readonly sign: string;
  readonly text: string;
  /** What pressing it does, where it does anything. */
  readonly title?: string;
}

function wordsOf(state: ConnectionState, isPaused: boolean, nowMs: number, hasBeenLive: boolean): Words {
  switch (state.status) {
    case 'live':
      return isPaused
        ? { sign: '‖', text: 'Paused', title: 'Show changes again' }
        : { sign: '●', text: 'Live', title: 'Pause: keep the page as it is' };
    case 'connecting':
      return { sign: '◌', text: hasBeenLive ? 'Reconnecting' : 'Connecting' };
    case 'stopped':
      return { sign: '◌', text: 'Stopped' };
    case 'waiting': {
      if (state.isOffline) return { sign: '◌', text: 'Offline', title: 'Try now' };
      const seconds = Math.max(0, Math.ceil((state.retryAtMs - nowMs) / 1_000));
      return { sign: '◌', text: `Reconnecting (${seconds} s)`, title: 'Try now' };
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
