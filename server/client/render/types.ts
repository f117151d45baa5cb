/** What a component's renderer is. A group of components gives an object of them, by `_type`. */
import type { ReactNode } from 'react';
import type { AnyComponent } from '../../schemas/components/base.ts';

/** Draws one component. The node has passed its schema on the server; `key`, `visibleOn` and `testId` are Show's. */
export type Renderer<T = AnyComponent> = (props: { readonly node: T }) => ReactNode;

/** `never`, so that a renderer of any one type of node fits. */
export type Renderers = Readonly<Record<string, Renderer<never>>>;
