/** One node of a map: a link where it leads somewhere, a button where it can be chosen. */
import type { ReactNode } from 'react';
import type { FlowNode } from '../../../schemas/components/chart/flowMap.ts';
import { Anchor } from '../../render/links.ts';
import { lookOf } from '../fact/statusLook.ts';
import { toneColour } from '../state/tones.ts';
import css from './flow.module.css';

interface FlowBoxProps {
  readonly node: FlowNode;
  readonly onSelect: ((id: string) => void) | undefined;
}

export function FlowBox({ node, onSelect }: FlowBoxProps): ReactNode {
  const { id, title, to } = node;
  if (to !== undefined) {
    return (
      <Anchor to={to} className={css.box} title={title}>
        <Inside node={node} />
      </Anchor>
    );
  }
  if (onSelect === undefined) {
    return (
      <div className={css.box} title={title}>
        <Inside node={node} />
      </div>
    );
  }
  return (
    <button type="button" className={css.box} title={title} onClick={() => onSelect(id)}>
      <Inside node={node} />
    </button>
  );
}

function Inside({ node: { title, text, rate, status } }: { readonly node: FlowNode }): ReactNode {
  const { Icon, tone } = lookOf(status);
  const below = [status, text, rate].filter((part) => part !== undefined).join(' · ');
  return (
    <>
      <span className={css.title}>{title}</span>
      {below !== '' && (
        <span className={css.below} style={{ color: toneColour(tone) }}>
          {status !== undefined && <Icon size={14} aria-hidden />}
          <span>{below}</span>
        </span>
      )}
    </>
  );
}
