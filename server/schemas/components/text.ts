/** Components that are read: text, headings, links, code, icons, images. */
import type { ComponentSpec } from './base.ts';
import { code, kbd, markdown } from './text/blocks.ts';
import { icon, image } from './text/pictures.ts';
import { heading, link, text as textSpec } from './text/words.ts';

export type { Code, Kbd, Markdown } from './text/blocks.ts';
export type { Icon, Image } from './text/pictures.ts';
export type { Heading, Link, Text } from './text/words.ts';

export const text = [
  textSpec,
  heading,
  markdown,
  link,
  code,
  kbd,
  icon,
  image,
] as const satisfies readonly ComponentSpec[];
