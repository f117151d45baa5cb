/**
 * Draws any node of a tree. A patch leaves untouched nodes identical, so what did not change is not drawn again, and
 * what fails, fails in its own place.
 */
import { Fragment, memo, Suspense, use, type ReactNode } from 'react';
import type { AnyComponent, Node } from '../../schemas/components/base.ts';
import { Boundary, Unknown } from './Broken.tsx';
import { useHold } from './holds.ts';
import { RegistryContext } from './registry.ts';
import { useIsPhone } from './screen.ts';

export const Show = memo(function Show({ node }: { readonly node: Node | undefined }): ReactNode {
  if (node === null || node === undefined) return null;
  if (typeof node === 'string' || typeof node === 'number') return node;
  const component = componentOf(node);
  if (component === undefined) return <Unknown what="Expected a component, a text, a number or null." />;
  return component.visibleOn === undefined ? <Drawn node={component} /> : <DrawnWhereVisible node={component} />;
});

/** Each with a key of its own: `key` of the node, or its place. */
export function ShowAll({ nodes }: { readonly nodes: readonly Node[] | undefined }): ReactNode {
  if (nodes === undefined) return null;
  const keys = keysOf(nodes);
  return nodes.map((node, index) => (
    <Fragment key={keys[index]}>
      <Show node={node} />
    </Fragment>
  ));
}

/** Keys that are given twice would lose a node, so the second one is told apart. */
export function keysOf(nodes: readonly Node[]): readonly string[] {
  const seen = new Map<string, number>();
  return nodes.map((node, index) => {
    const own = componentOf(node)?.key;
    const key = typeof own === 'string' ? `k:${own}` : `i:${index}`;
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return times === 0 ? key : `${key}:${times}`;
  });
}

function Drawn({ node }: { readonly node: AnyComponent }): ReactNode {
  const renderers = use(RegistryContext);
  const Found = renderers[node._type];
  if (Found === undefined) return <Unknown what={`There is no component called “${node._type}”.`} />;
  const drawn = (
    <Boundary of={node} name={node._type}>
      <Suspense fallback={<Loading />}>
        <Found node={node as never} />
      </Suspense>
    </Boundary>
  );
  // `contents`: the mark for tests changes nothing in the layout.
  return typeof node.testId === 'string' ? (
    <div data-testid={node.testId} style={{ display: 'contents' }}>
      {drawn}
    </div>
  ) : (
    drawn
  );
}

function Loading(): ReactNode {
  useHold('loading');
  return null;
}

function DrawnWhereVisible({ node }: { readonly node: AnyComponent }): ReactNode {
  const isPhone = useIsPhone();
  return (node.visibleOn === 'phone') === isPhone ? <Drawn node={node} /> : null;
}

function componentOf(node: unknown): AnyComponent | undefined {
  const isOne = typeof node === 'object' && node !== null && typeof (node as AnyComponent)._type === 'string';
  return isOne ? (node as AnyComponent) : undefined;
}
