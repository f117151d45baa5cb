/**
 * Tabs. Which one is shown is, with `query`, what the URL says; with `onChange` what the view says, and at once what was
 * pressed; otherwise what was pressed last. A value that no tab has counts for nothing.
 */
import { Tabs as MantineTabs } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Tabs } from '../../../schemas/components/layout.ts';
import { useQuery, useSetQuery } from '../../render/query.ts';
import { useEvent } from '../../render/useEvent.ts';
import { iconOf } from '../text/icons.ts';
import { Items } from './Items.tsx';
import css from './tabs.module.css';

export function TabsBox({ node }: { readonly node: Tabs }): ReactNode {
  const { items, label } = node;
  const [value, choose] = useChosen(node);
  const shown = items.find((item) => item.value === value);
  const list = useShownTab(value);
  return (
    <MantineTabs value={value} onChange={(next) => next !== null && choose(next)} keepMounted={false}>
      <MantineTabs.List ref={list} className={css.list} aria-label={label}>
        {items.map((item) => (
          <Tab key={item.value} item={item} />
        ))}
      </MantineTabs.List>
      {shown !== undefined && (
        <MantineTabs.Panel key={shown.value} value={shown.value} className={css.panel}>
          <Items nodes={shown.children} />
        </MantineTabs.Panel>
      )}
    </MantineTabs>
  );
}

/** Where there are more tabs than room, the list is moved to the one that is shown, and nothing else is. */
function useShownTab(value: string) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (list.current === null || !tab) return;
    const [seen, own] = [list.current.getBoundingClientRect(), tab.getBoundingClientRect()];
    if (own.left < seen.left) list.current.scrollLeft += own.left - seen.left;
    else if (own.right > seen.right) list.current.scrollLeft += own.right - seen.right;
  }, [value]);
  return list;
}

function Tab({ item }: { readonly item: Tabs['items'][number] }): ReactNode {
  const Icon = item.icon === undefined ? undefined : iconOf(item.icon);
  const count = item.count === undefined ? undefined : <span className={css.count}>{item.count}</span>;
  return (
    <MantineTabs.Tab
      className={css.tab}
      value={item.value}
      disabled={item.disabled === true}
      leftSection={Icon && <Icon size={16} aria-hidden />}
      rightSection={count}
    >
      {item.label}
    </MantineTabs.Tab>
  );
}

function useChosen(node: Tabs): readonly [string, (value: string) => void] {
  const { items, query } = node;
  const asked = useQuery();
  const setQuery = useSetQuery();
  const { fire } = useEvent(node.onChange);
  const [own, setOwn] = useState({ value: node.value, said: node.value });
  // A new word of the view's takes the place of what was pressed.
  if (own.said !== node.value) setOwn({ value: node.value, said: node.value });

  const has = (value: string | undefined) => value !== undefined && items.some((item) => item.value === value);
  const first = has(node.value) ? node.value! : (items.find((item) => item.disabled !== true) ?? items[0]!).value;
  const wanted = query === undefined ? own.value : asked[query];
  const choose = (value: string) => {
    if (query === undefined) setOwn({ ...own, value });
    // The one that is shown anyway needs no place in the URL.
    else setQuery({ [query]: value === first ? null : value });
    void fire(value);
  };
  return [has(wanted) ? wanted! : first, choose];
}
