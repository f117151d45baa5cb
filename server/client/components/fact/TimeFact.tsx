/** A moment, in words that follow the clock. */
import { useSyncExternalStore, type ReactNode } from 'react';
import type { Time } from '../../../schemas/components/fact.ts';
import { clock } from './clock.ts';
import { Copies } from './Copies.tsx';
import css from './fact.module.css';
import { timeTitle, timeWords, type TimeMode } from './words.ts';

export function TimeFact({ node }: { readonly node: Time }): ReactNode {
  const atMs = node.at === null ? Number.NaN : Date.parse(node.at);
  if (Number.isNaN(atMs)) return <span className={css.none}>{node.none ?? '–'}</span>;
  return <Moment atMs={atMs} mode={node.mode ?? 'relative'} />;
}

function Moment({ atMs, mode }: { readonly atMs: number; readonly mode: TimeMode }): ReactNode {
  // The words are what is compared: while they stay, nothing is drawn.
  const words = useSyncExternalStore(clock.subscribe, () => timeWords(atMs, mode, clock.now()));
  const iso = new Date(atMs).toISOString();
  return (
    <Copies value={iso} title={timeTitle(atMs)} className={css.measure}>
      {() => <time dateTime={iso}>{words}</time>}
    </Copies>
  );
}
