/** Options of selects. Their values may be numbers, yes and no, or null; the inputs know texts only, so each has a key. */
import type { Option, Scalar } from '../../../schemas/components/form/shared.ts';

export const keyOf = (value: Scalar): string => JSON.stringify(value);
export const labelOf = (option: Option): string => option.label ?? String(option.value);

export function valueOf(key: string | null): Scalar {
  return key === null ? null : (JSON.parse(key) as Scalar);
}

/** What is chosen, as a key. null means that nothing is, unless there is an option of that value. */
export function chosenKey(value: Scalar | undefined, options: readonly Option[]): string | null {
  if (value !== undefined && value !== null) return keyOf(value);
  return options.some((option) => option.value === null) ? (value === undefined ? null : keyOf(null)) : null;
}

export interface Item {
  readonly value: string;
  readonly label: string;
  readonly disabled?: boolean;
}

/** Each value once: twice the same is a fault that would bring down the whole input. */
export function itemsOf(options: readonly Option[]): readonly Item[] {
  const items = new Map<string, Item>();
  for (const option of options) {
    const key = keyOf(option.value);
    if (items.has(key)) continue;
    items.set(key, { value: key, label: labelOf(option), ...(option.disabled === true && { disabled: true }) });
  }
  return [...items.values()];
}

/** With the groups' names above; options without a group come first. */
export function groupedItems(options: readonly Option[]): (Item | { group: string; items: Item[] })[] {
  const groupOf = new Map(options.map(({ value, group }) => [keyOf(value), group]));
  const loose: Item[] = [];
  const groups = new Map<string, Item[]>();
  for (const item of itemsOf(options)) {
    const group = groupOf.get(item.value);
    if (group === undefined) loose.push(item);
    else groups.set(group, [...(groups.get(group) ?? []), item]);
  }
  return [...loose, ...[...groups].map(([group, items]) => ({ group, items }))];
}
