/** Things under one another, each naming its parent. What a person opened or closed stays so while the tree changes. */
import { useState, type ReactNode } from 'react';
import type { Tree as TreeNode } from '../../../schemas/components/data/lists.ts';
import { Anchor } from '../../render/links.ts';
import { Show } from '../../render/Show.tsx';
import { useEvent } from '../../render/useEvent.ts';
import css from './tree.module.css';
import { TreeRows, type TreeRow } from './TreeRows.tsx';
import { flatTree } from './treeOrder.ts';

export function Tree({ node }: { readonly node: TreeNode }): ReactNode {
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [chosen, setChosen] = useState<string>();
  const select = useEvent(node.onSelect);
  const depth = node.depth ?? 1;
  const isOpen = (id: string, level: number) => opened.get(id) ?? level <= depth;
  const rows = flatTree(node.order, node.items, isOpen).map(({ id, level, isOpen }): TreeRow => {
    const { text, to, end } = node.items[id]!;
    return {
      id,
      level,
      isOpen,
      content: (
        <>
          {to === undefined ? (
            <Show node={text} />
          ) : (
            <Anchor to={to}>
              <Show node={text} />
            </Anchor>
          )}
          {end !== undefined && (
            <span className={css.end}>
              <Show node={end} />
            </span>
          )}
        </>
      ),
    };
  });
  return (
    <TreeRows
      label={node.label ?? 'Tree'}
      rows={rows}
      selected={node.selected ?? chosen}
      rowHeight={32}
      onToggle={(id, isOn) => setOpened((before) => new Map(before).set(id, isOn))}
      onSelect={(id) => {
        setChosen(id);
        if (select.isThere) void select.fire(id);
      }}
    />
  );
}
