/**
 * What a component's event does when it happens: run a listener on the server, or act in the browser alone.
 *
 *   idle ──fire──▶ busy ──the run ended──▶ idle        a second press while busy does nothing
 *     └─fire, debounced─▶ waiting ──quiet for a while──▶ busy     the newest value counts, also while busy
 */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { EventValue } from '../../schemas/components/base.ts';
import type { Json } from '../../schemas/json.ts';
import { act } from './act.ts';
import { useHost, type Failure, type Outcome } from './host.ts';

export interface EventHandle {
  /** With the input's value; without one for presses. Never rejects; undefined where nothing was done. */
  readonly fire: (value?: Json) => Promise<Outcome | undefined>;
  /** Does now what a debounced `fire` has put off: on blur, on Enter. */
  readonly flush: () => void;
  readonly isBusy: boolean;
  /** The server is needed and away: show as disabled. */
  readonly isOff: boolean;
  /** Whether the node has this event at all. */
  readonly isThere: boolean;
  /** Why the last one did not work, until the next one. */
  readonly failure: Failure | undefined;
}

export interface EventOptions {
  /** For texts while they are typed: fires when they have rested for so long, and replaces history. 300 is usual. */
  readonly debounceMs?: number;
  /** The failure is shown by the caller, at its field: no notification. */
  readonly isQuiet?: boolean;
}

interface Put {
  readonly value: Json | undefined;
  readonly timer: ReturnType<typeof setTimeout>;
}

export function useEvent(
  event: EventValue | undefined,
  { debounceMs = 0, isQuiet = false }: EventOptions = {},
): EventHandle {
  const host = useHost();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const busy = useRef(false);
  const putOff = useRef<Put>(undefined);
  const latest = useRef({ event, host });
  const isAway = useSyncExternalStore(host.onAway, host.isAway);

  useEffect(() => {
    latest.current = { event, host };
  });

  const doIt = useCallback(
    async (value: Json | undefined): Promise<Outcome | undefined> => {
      const now = latest.current;
      if (now.event === undefined || busy.current) return undefined;
      busy.current = true;
      setBusy(true);
      setFailure(undefined);
      try {
        const outcome = await act(now.event, value, now.host, debounceMs > 0);
        if (!outcome.ok) {
          setFailure(outcome.failure);
          if (!isQuiet) now.host.toast(sentenceOf(outcome.failure), 'error');
        }
        return outcome;
      } finally {
        busy.current = false;
        setBusy(false);
      }
    },
    [debounceMs, isQuiet],
  );

  const flush = useCallback(() => {
    const put = putOff.current;
    if (put === undefined) return;
    clearTimeout(put.timer);
    // What was typed while the former value was on its way goes after it.
    if (busy.current) putOff.current = { value: put.value, timer: setTimeout(flush, 50) };
    else {
      putOff.current = undefined;
      void doIt(put.value);
    }
  }, [doIt]);

  const fire = useCallback(
    (value?: Json): Promise<Outcome | undefined> => {
      if (debounceMs === 0) return doIt(value);
      clearTimeout(putOff.current?.timer);
      putOff.current = { value, timer: setTimeout(flush, debounceMs) };
      return Promise.resolve(undefined);
    },
    [debounceMs, doIt, flush],
  );

  // A component that goes takes nothing with it that a person has typed.
  useEffect(() => flush, [flush]);

  const isThere = event !== undefined;
  return { fire, flush, isBusy, isOff: isAway && isThere && event._type === 'listener', isThere, failure };
}

const sentenceOf = ({ title, detail }: Failure) => (detail === undefined ? title : `${title}: ${detail}`);
