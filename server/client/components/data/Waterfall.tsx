/** Where the time of one request went. A list to read, with bars beside it. */
import type { ReactNode } from 'react';
import type { Phase, Waterfall as WaterfallNode } from '../../../schemas/components/data/times.ts';
import { toneColour } from '../state/tones.ts';
import { spanText } from './timeScale.ts';
import css from './times.module.css';

interface Placed {
  readonly phase: Phase;
  readonly startMs: number;
}

export function Waterfall({ node }: { readonly node: WaterfallNode }): ReactNode {
  const placed = placedOf(node.phases);
  const total = placed.reduce((most, { phase, startMs }) => Math.max(most, startMs + phase.ms), 0);
  const share = (ms: number) => `${total === 0 ? 0 : (ms / total) * 100}%`;
  return (
    <div className={css.waterfall}>
      <ol className={css.phases} aria-label={node.label}>
        {placed.map(({ phase, startMs }, at) => (
          <li key={`${at}:${phase.name}`} className={css.phase}>
            <span className={css.phaseName}>{phase.name}</span>
            <span className={css.phaseTrack} aria-hidden="true">
              <span
                className={css.phaseBar}
                style={{
                  insetInlineStart: share(startMs),
                  width: share(phase.ms),
                  background: toneColour(phase.tone ?? 'info'),
                }}
              />
            </span>
            <span className={css.phaseMs}>{spanText(phase.ms)}</span>
          </li>
        ))}
      </ol>
      <div className={css.phase}>
        <strong className={css.phaseName}>In all</strong>
        <span className={css.phaseTrack} />
        <strong className={css.phaseMs}>{spanText(total)}</strong>
      </div>
    </div>
  );
}

function placedOf(phases: readonly Phase[]): readonly Placed[] {
  let endMs = 0;
  return phases.map((phase) => {
    const startMs = phase.startMs ?? endMs;
    endMs = startMs + phase.ms;
    return { phase, startMs };
  });
}
