/** The rows of a live list as a component draws them; see live.ts for what is shown when. */
import { useCallback, useEffect, useState } from 'react';
import { useHost } from '../../render/host.ts';
import { advance, rowOf, takeOver, type Given, type LiveMode } from './live.ts';
import { useQuestion } from './question.ts';

/** Screen readers are told how many rows came, at most so often. */
const ANNOUNCE_MS = 2_000;

export interface LiveRows<R> {
  readonly order: readonly string[];
  readonly rowOf: (id: string) => R | undefined;
  /** The row is not in the server's order any more. */
  readonly isGone: (id: string) => boolean;
  readonly waiting: number;
  readonly isStale: boolean;
  /** Shows what the server says now. */
  readonly refresh: () => void;
}

interface Source<R> {
  readonly order: readonly string[];
  readonly rows: Readonly<Record<string, R>>;
  readonly live: LiveMode | undefined;
  /** What else belongs to the question: the sorting. */
  readonly sorting?: string;
}

export function useLiveRows<R>({ order, rows, live, sorting = '' }: Source<R>): LiveRows<R> {
  const host = useHost();
  const question = useQuestion();
  const given: Given<R> = { order, rows, mode: live ?? 'follow', question: `${question}#${sorting}` };
  const [kept, setKept] = useState(() => takeOver(given));
  const shown = advance(kept, given);
  if (shown !== kept) setKept(shown);

  const refresh = useCallback(() => setKept((now) => takeOver(now.given)), []);
  const { waiting } = shown;
  useEffect(() => {
    if (waiting === 0) return;
    const timer = setTimeout(() => host.announce(`${waiting} new`), ANNOUNCE_MS);
    return () => clearTimeout(timer);
  }, [host, waiting]);

  const isOff = given.mode === 'off';
  return {
    order: shown.order,
    rowOf: (id) => rowOf(shown, id),
    isGone: (id) => !isOff && shown.gone.has(id),
    waiting,
    isStale: shown.isStale,
    refresh,
  };
}
