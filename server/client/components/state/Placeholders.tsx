/** Nothing there, and nothing there yet. */
import { Skeleton as Bar } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Empty as EmptyNode, Skeleton as SkeletonNode } from '../../../schemas/components/state/placeholders.ts';
import { Show } from '../../render/Show.tsx';
import { Copy } from './Copy.tsx';
import css from './state.module.css';

export function Empty({ node }: { readonly node: EmptyNode }): ReactNode {
  const { command } = node;
  return (
    <div className={css.empty}>
      <div className={css.emptyTitle}>{node.title}</div>
      {node.text !== undefined && <div className={css.emptyText}>{node.text}</div>}
      {node.action !== undefined && <Show node={node.action} />}
      {command !== undefined && (
        <div className={css.command}>
          <code>{command}</code>
          <Copy text={() => command} what="command" />
        </div>
      )}
    </div>
  );
}

const widths = ['92%', '100%', '64%', '85%', '76%'];

export function Skeleton({ node }: { readonly node: SkeletonNode }): ReactNode {
  const lines = Array.from({ length: node.lines ?? 3 }, (_, at) => at);
  return (
    <div role="status" aria-label={`Loading${node.label === undefined ? '' : `: ${node.label}`}`}>
      <SkeletonShape shape={node.shape ?? 'text'} lines={lines} />
    </div>
  );
}

function SkeletonShape({ shape, lines }: { readonly shape: string; readonly lines: readonly number[] }): ReactNode {
  if (shape === 'chart') return <Bar height={240} radius="sm" />;
  if (shape === 'card') return <Bar height={120} radius="md" />;
  const height = shape === 'table' ? 36 : 12;
  return lines.map((at) => (
    <Bar key={at} height={height} mb={8} radius="sm" width={shape === 'table' ? '100%' : (widths[at % 5] ?? '100%')} />
  ));
}
