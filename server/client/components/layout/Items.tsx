/** Children of a box. Words are wrapped, for a browser makes one item of two texts that follow each other. */
import { Fragment, type ReactNode } from 'react';
import type { Node } from '../../../schemas/components/base.ts';
import { keysOf, Show } from '../../render/Show.tsx';

export function Items({ nodes }: { readonly nodes: readonly Node[] }): ReactNode {
  const keys = keysOf(nodes);
  return nodes.map((node, index) =>
    typeof node === 'string' || typeof node === 'number' ? (
      <span key={keys[index]}>{node}</span>
    ) : (
      <Fragment key={keys[index]}>
        <Show node={node} />
      </Fragment>
    ),
  );
}
