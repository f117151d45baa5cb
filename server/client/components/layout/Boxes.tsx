/** The original's boxes. */
import type { CSSProperties, ReactNode } from 'react';
import type { Container, Flex, Flexible, Stack, Wrap } from '../../../schemas/components/layout.ts';
import { keysOf, Show } from '../../render/Show.tsx';
import css from './boxes.module.css';
import { Items } from './Items.tsx';
import { alignOf, paddingOf, placeOf, spaceOf } from './space.ts';

export function FlexBox({ node }: { readonly node: Flex }): ReactNode {
  const { direction = 'horizontal', mainAxisAlignment, crossAxisAlignment, spacing, fillParent, scroll } = node;
  // What scrolls is reached with the Tab key, and so needs a name.
  const reached = scroll === true ? { tabIndex: 0, role: 'group', 'aria-label': node.label ?? 'Scrolls' } : {};
  return (
    <div
      {...reached}
      className={css.flex}
      data-fill={fillParent === true ? true : undefined}
      data-scroll={scroll === true ? true : undefined}
      style={{
        flexDirection: direction === 'vertical' ? 'column' : 'row',
        justifyContent: alignOf(mainAxisAlignment),
        alignItems: alignOf(crossAxisAlignment),
        gap: spaceOf(spacing, 'none'),
        padding: paddingOf(node.padding),
      }}
    >
      <Items nodes={node.children} />
    </div>
  );
}

export function FlexibleBox({ node }: { readonly node: Flexible }): ReactNode {
  const share = node.flex ?? 1;
  const style: CSSProperties =
    node.fit === 'loose' ? { flex: `0 1 auto`, minWidth: 0 } : { flex: `${share} 1 0`, minWidth: 0 };
  return (
    <div style={style}>
      <Show node={node.child} />
    </div>
  );
}

export function WrapBox({ node }: { readonly node: Wrap }): ReactNode {
  const { direction = 'horizontal', spacing, runSpacing, alignment, runAlignment, crossAxisAlignment } = node;
  const isVertical = direction === 'vertical';
  const [run, within] = [spaceOf(runSpacing ?? spacing, 'sm'), spaceOf(spacing, 'sm')];
  return (
    <div
      className={css.flex}
      style={{
        flexFlow: isVertical ? 'column wrap' : 'row wrap',
        rowGap: isVertical ? within : run,
        columnGap: isVertical ? run : within,
        justifyContent: alignOf(alignment),
        alignContent: alignOf(runAlignment),
        alignItems: alignOf(crossAxisAlignment ?? (isVertical ? 'start' : 'center')),
      }}
    >
      <Items nodes={node.children} />
    </div>
  );
}

export function ContainerBox({ node }: { readonly node: Container }): ReactNode {
  const { constraints = {}, decoration = {}, alignment } = node;
  return (
    <div
      className={css.container}
      data-color={decoration.color}
      data-border={node.border}
      data-shadow={decoration.boxShadow}
      data-shape={decoration.shape}
      style={{
        ...placeOf(alignment),
        ...limits(constraints),
        padding: paddingOf(node.padding),
        borderRadius: decoration.shape === 'circle' ? undefined : decoration.borderRadius,
      }}
    >
      <Show node={node.child} />
    </div>
  );
}

/** No box is wider than the window, whatever it is said to be at least. */
function limits({ minWidth, maxWidth, minHeight, maxHeight }: NonNullable<Container['constraints']>): CSSProperties {
  return {
    minWidth: minWidth === undefined ? undefined : `min(${minWidth}px, 100vw - 3rem)`,
    maxWidth: maxWidth === undefined ? undefined : `min(${maxWidth}px, 100%)`,
    minHeight,
    maxHeight,
    overflowY: maxHeight === undefined ? undefined : 'auto',
  };
}

export function StackBox({ node }: { readonly node: Stack }): ReactNode {
  const keys = keysOf(node.children);
  return (
    <div className={css.stack} data-fit={node.fit}>
      {node.children.map((child, index) => (
        <div key={keys[index]} data-layer style={placeOf(node.alignment ?? 'topLeft')}>
          <div>
            <Show node={child} />
          </div>
        </div>
      ))}
    </div>
  );
}
