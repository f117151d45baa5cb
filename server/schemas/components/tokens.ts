/**
 * The words for distance, alignment and colour. They are closed lists: the theme decides what each one looks like, in light
 * and in dark, and nothing an author writes reaches a style sheet.
 */
import { Type } from 'typebox';
import { choice } from './base.ts';
import type { IconName as Name } from './text/iconNames.ts';

/** A step of the theme’s scale: 0, 4, 8, 16, 24 and 32 px. */
export const Gap = choice('none', 'xs', 'sm', 'md', 'lg', 'xl');
/** A step of the scale, or pixels as in the original. */
export const Space = Type.Union([Gap, Type.Number({ minimum: 0, maximum: 400, description: 'Pixels.' })]);

export const MainAlign = choice('start', 'end', 'center', 'spaceBetween', 'spaceAround', 'spaceEvenly');
export const CrossAlign = choice('start', 'end', 'center', 'stretch', 'baseline');
export const Direction = choice('horizontal', 'vertical');
export const Alignment = choice(
  'topLeft',
  'topCenter',
  'topRight',
  'centerLeft',
  'center',
  'centerRight',
  'bottomLeft',
  'bottomCenter',
  'bottomRight',
);

/** Of letters and icons; each has the contrast that reading needs, on every surface. */
export const Color = choice('default', 'muted', 'primary', 'info', 'success', 'warning', 'error');
/** Of surfaces; each goes with every `Color` of letters. */
export const Surface = choice('none', 'surface', 'subtle', 'primary', 'info', 'success', 'warning', 'error');

export const Pixels = (maximum = 4_000) => Type.Number({ minimum: 0, maximum, description: 'Pixels.' });
/** Any text fits, so that a page stands without its picture; who writes types is told which names there are. */
export const IconName = Type.Unsafe<Name>({
  type: 'string',
  maxLength: 60,
  description: 'One of the names that `icon` lists; another one shows a dot.',
});

export const closed = { additionalProperties: false };
