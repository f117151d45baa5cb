/** The renderers of the group «text», by component type. */
import type { Renderers } from '../../render/types.ts';
import '../layout/tokens.css';
import { CodeBlock, Keys, MarkdownBlock } from './Blocks.tsx';
import { IconPicture, ImagePicture } from './Pictures.tsx';
import { HeadingWords, LinkWords, TextWords } from './Words.tsx';

export const renderers: Renderers = {
  text: TextWords,
  heading: HeadingWords,
  markdown: MarkdownBlock,
  link: LinkWords,
  code: CodeBlock,
  kbd: Keys,
  icon: IconPicture,
  image: ImagePicture,
};
