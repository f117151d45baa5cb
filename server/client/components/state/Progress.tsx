/** How far something has come: as a bar of a known amount, or step by step. */
import { IconCircle, IconCircleCheck, IconCircleDot, IconCircleX } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import type { Progress as ProgressNode, Steps as StepsNode } from '../../../schemas/components/state/progress.ts';
import css from './state.module.css';
import { toneColour } from './tones.ts';

const count = new Intl.NumberFormat();

export function Progress({ node }: { readonly node: ProgressNode }): ReactNode {
  const { done = 0, failed = 0, total, text } = node;
  const labelId = useId();
  const sum = total === undefined ? undefined : `${count.format(done + failed)} of ${count.format(total)}`;
  const failures = failed === 0 ? undefined : `${count.format(failed)} failed`;
  const words = [sum, failures, text].filter(Boolean).join(' · ');
  const label = node.label ?? 'Progress';
  const share = (part: number) => `${total === undefined || total === 0 ? 0 : Math.min(100, (part / total) * 100)}%`;
  return (
    <div className={css.progress}>
      <div className={css.progressLine}>
        <span id={labelId}>{label}</span>
        <span>{words}</span>
      </div>
      <div
        className={css.bar}
        role="progressbar"
        aria-labelledby={labelId}
        aria-valuemin={0}
        {...(total !== undefined && { 'aria-valuemax': total, 'aria-valuenow': Math.min(total, done + failed) })}
        {...(words !== '' && { 'aria-valuetext': words })}
      >
        {total === undefined ? (
          <div className={css.going} />
        ) : (
          <>
            <div className={css.done} style={{ width: share(done) }} />
            <div className={css.failed} style={{ width: share(failed) }} />
          </>
        )}
      </div>
    </div>
  );
}

const looks = {
  done: { icon: IconCircleCheck, colour: toneColour('success'), word: 'Done' },
  current: { icon: IconCircleDot, colour: toneColour('info'), word: 'Now' },
  waiting: { icon: IconCircle, colour: toneColour('neutral'), word: 'To do' },
  failed: { icon: IconCircleX, colour: toneColour('error'), word: 'Failed' },
} as const;

export function Steps({ node }: { readonly node: StepsNode }): ReactNode {
  return (
    <ol className={css.steps} aria-label={node.label}>
      {node.items.map(({ title, text, status }, at) => {
        const { icon: Icon, colour, word } = looks[status];
        return (
          <li
            key={at}
            className={css.step}
            data-status={status}
            {...(status === 'current' && { 'aria-current': 'step' as const })}
          >
            <Icon size={24} className={css.stepIcon} style={{ color: colour }} role="img" aria-label={word} />
            <div className={css.stepBody}>
              <div className={css.stepTitle}>{title}</div>
              {text !== undefined && <div className={css.stepText}>{text}</div>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
