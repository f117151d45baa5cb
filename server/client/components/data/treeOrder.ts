/** Puts items that name their parents into the order in which they are read. */
export interface TreePlace {
  readonly id: string;
  /** From 1. */
  readonly level: number;
  /** Undefined where nothing stands below. */
  readonly isOpen: boolean | undefined;
}

interface Item {
  readonly parent?: string;
}

/** An item whose parent is not there stands at the top; items that are each other's parents are left out. */
export function flatTree(
  order: readonly string[],
  items: Readonly<Record<string, Item>>,
  isOpen: (id: string, level: number) => boolean,
): readonly TreePlace[] {
  const children = new Map<string | undefined, string[]>();
  for (const id of new Set(order)) {
    if (!Object.hasOwn(items, id)) continue;
    const { parent } = items[id]!;
    const above = parent !== undefined && Object.hasOwn(items, parent) ? parent : undefined;
    const siblings = children.get(above);
    if (siblings === undefined) children.set(above, [id]);
    else siblings.push(id);
  }

  const places: TreePlace[] = [];
  const visit = (id: string, level: number) => {
    const below = children.get(id);
    const open = below === undefined ? undefined : isOpen(id, level);
    places.push({ id, level, isOpen: open });
    if (open === true) for (const child of below!) visit(child, level + 1);
  };
  for (const id of children.get(undefined) ?? []) visit(id, 1);
  return places;
}
