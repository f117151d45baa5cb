/** Makes an author's tree one that can be drawn without a server: listeners by their names, views by a text in their place. */
import type { Node } from '../../schemas/components/base.ts';

export function wired(tree: unknown): Node {
  return replace(tree) as Node;
}

function replace(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(replace);
  if (typeof value !== 'object' || value === null) return value;
  const node = value as Readonly<Record<string, unknown>>;
  if (node._type === 'listener' && typeof node.name === 'string') return { _type: 'listener', code: node.name };
  if (node._type === 'view' && typeof node.name === 'string') return `The view “${node.name}” is drawn here.`;
  return Object.fromEntries(Object.entries(node).map(([name, each]) => [name, replace(each)]));
}
