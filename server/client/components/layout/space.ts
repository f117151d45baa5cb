/** From the schemas' words for space and alignment to the style sheet's. Only what stands here ever reaches it. */
import type { CSSProperties } from 'react';

type Sides = Readonly<Partial<Record<'top' | 'right' | 'bottom' | 'left', number>>>;

const gaps = ['none', 'xs', 'sm', 'md', 'lg', 'xl'];

/** `md` or pixels. */
export function spaceOf(space: string | number | undefined, otherwise = 'md'): string {
  if (typeof space === 'number') return `${space}px`;
  return `var(--ear-gap-${space !== undefined && gaps.includes(space) ? space : otherwise})`;
}

export function paddingOf(padding: string | number | Sides | undefined): string | undefined {
  if (padding === undefined) return undefined;
  if (typeof padding !== 'object') return spaceOf(padding);
  const { top = 0, right = 0, bottom = 0, left = 0 } = padding;
  return `${top}px ${right}px ${bottom}px ${left}px`;
}

const along: Readonly<Record<string, string>> = {
  start: 'flex-start',
  end: 'flex-end',
  center: 'center',
  stretch: 'stretch',
  baseline: 'baseline',
  spaceBetween: 'space-between',
  spaceAround: 'space-around',
  spaceEvenly: 'space-evenly',
};

export const alignOf = (align: string | undefined): string | undefined =>
  align === undefined ? undefined : along[align];

/** One of the nine places, for a grid. */
export function placeOf(alignment: string | undefined): CSSProperties | undefined {
  if (alignment === undefined) return undefined;
  const has = (word: RegExp) => word.test(alignment);
  return {
    display: 'grid',
    alignItems: has(/^top/) ? 'start' : has(/^bottom/) ? 'end' : 'center',
    justifyItems: has(/left$/i) ? 'start' : has(/right$/i) ? 'end' : 'center',
  };
}

/** As `placeOf`, for the part of a picture that is to be seen. */
export function positionOf(alignment: string | undefined): string | undefined {
  const place = placeOf(alignment);
  const words: Readonly<Record<string, string>> = { start: '0%', center: '50%', end: '100%' };
  return place && `${words[String(place.justifyItems)]} ${words[String(place.alignItems)]}`;
}
