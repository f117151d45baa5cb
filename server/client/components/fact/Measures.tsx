/** Durations, numbers and sizes. */
import type { ReactNode } from 'react';
import type { Bytes, Duration, Number as NumberNode } from '../../../schemas/components/fact.ts';
import css from './fact.module.css';
import { bytesWords, deltaWords, durationWords, numberWords, type NumberLook } from './words.ts';

export const None = ({ text = '–' }: { readonly text?: string }): ReactNode => <span className={css.none}>{text}</span>;

export function DurationFact({ node: { ms } }: { readonly node: Duration }): ReactNode {
  if (ms === null) return <None />;
  return (
    <span className={css.measure} title={`${numberWords(ms)} ms`}>
      {durationWords(ms)}
    </span>
  );
}

export function BytesFact({ node: { value } }: { readonly node: Bytes }): ReactNode {
  if (value === null) return <None />;
  return (
    <span className={css.measure} title={`${numberWords(value)} bytes`}>
      {bytesWords(value)}
    </span>
  );
}

export function NumberFact({ node }: { readonly node: NumberNode }): ReactNode {
  const { value, unit, delta, better } = node;
  if (value === null) return <None />;
  return (
    <span className={css.measure}>
      <span title={node.format === 'compact' ? numberWords(value) : undefined}>{numberWords(value, node)}</span>
      {unit !== undefined && <span className={css.unit}> {unit}</span>}
      {delta !== undefined && <Delta value={delta} better={better} look={node} />}
    </span>
  );
}

interface DeltaProps {
  readonly value: number;
  readonly better: 'up' | 'down' | undefined;
  readonly look?: NumberLook;
  readonly unit?: string | undefined;
}

/** The difference to before. It has a colour only where one way is said to be the better one; the sign says the same. */
export function Delta({ value, better, look = {}, unit }: DeltaProps): ReactNode {
  const arrow = value > 0 ? '▲' : value < 0 ? '▼' : '●';
  const isBetter = better !== undefined && value !== 0 && value > 0 === (better === 'up');
  const tone = better === undefined || value === 0 ? 'neutral' : isBetter ? 'success' : 'error';
  return (
    <span className={`${css.delta} ${css.tone}`} data-tone={tone}>
      <span aria-hidden>{arrow} </span>
      {deltaWords(value, look)}
      {unit !== undefined && ` ${unit}`}
    </span>
  );
}
