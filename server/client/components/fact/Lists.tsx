/** Facts with names: lists of them, and figures to be seen from afar. */
import { useMemo, type ReactNode } from 'react';
import type { Node } from '../../../schemas/components/base.ts';
import type { FactList, Stat } from '../../../schemas/components/fact.ts';
import { Anchor, safeUrl } from '../../render/links.ts';
import { Show } from '../../render/Show.tsx';
import { iconOf } from '../text/icons.ts';
import { InertContext, useIsInert } from '../text/inert.ts';
import css from './lists.module.css';
import { Delta, None } from './Measures.tsx';
import { numberWords } from './words.ts';

export function FactListBox({ node }: { readonly node: FactList }): ReactNode {
  const { items, columns = 1 } = node;
  if (items.length === 0) return null;
  return (
    <dl className={css.list} data-columns={columns} aria-label={node.label}>
      {items.map(({ label, value, hint }, index) => (
        <div key={index} className={css.item}>
          <dt>{label}</dt>
          <dd>
            {value === null ? <None /> : <Show node={value} />}
            {hint !== undefined && <div className={css.hint}>{hint}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function StatBox({ node }: { readonly node: Stat }): ReactNode {
  const { tone, to } = node;
  const isInert = useIsInert();
  if (to === undefined || isInert || safeUrl(to) === undefined) {
    return (
      <div className={css.stat} data-tone={tone}>
        <StatContent node={node} />
      </div>
    );
  }
  return (
    <InertContext value={true}>
      <Anchor to={to} className={css.stat} data-tone={tone}>
        <StatContent node={node} />
      </Anchor>
    </InertContext>
  );
}

function StatContent({ node }: { readonly node: Stat }): ReactNode {
  const { label, value, unit, delta, deltaUnit, better, hint } = node;
  const Icon = node.icon === undefined ? undefined : iconOf(node.icon);
  return (
    <>
      <span className={css.label}>
        {Icon && <Icon size={16} aria-hidden />}
        {label}
      </span>
      <span className={css.figure}>
        <Figure value={value} />
        {unit !== undefined && <span className={css.small}> {unit}</span>}
        {delta !== undefined && (
          <span className={css.small}>
            <Delta value={delta} unit={deltaUnit} better={better} />
          </span>
        )}
      </span>
      {hint !== undefined && <span className={css.hint}>{hint}</span>}
      <Course node={node} />
    </>
  );
}

function Figure({ value }: { readonly value: Node }): ReactNode {
  if (value === null) return <None />;
  return typeof value === 'number' ? <span>{numberWords(value)}</span> : <Show node={value} />;
}

/** Drawn by the component that draws such lines. */
function Course({ node: { sparkline, tone, label } }: { readonly node: Stat }): ReactNode {
  const drawing = useMemo<Node>(
    () => ({ _type: 'sparkline', values: sparkline ?? [], label: `${label}, its course`, ...(tone && { tone }) }),
    [sparkline, tone, label],
  );
  if (sparkline === undefined || sparkline.length < 2) return null;
  return (
    <span className={css.course}>
      <Show node={drawing} />
    </span>
  );
}
