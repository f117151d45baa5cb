/** Words in lines: text, headings, links. */
import { IconExternalLink } from '@tabler/icons-react';
import { createContext, use, type CSSProperties, type ReactNode } from 'react';
import type { Node } from '../../../schemas/components/base.ts';
import type { Heading, Link, Text } from '../../../schemas/components/text.ts';
import { Anchor, safeUrl } from '../../render/links.ts';
import { isOwn } from '../../render/safeUrl.ts';
import { Show, ShowAll } from '../../render/Show.tsx';
import { iconOf } from './icons.ts';
import { InertContext, useIsInert } from './inert.ts';
import css from './text.module.css';

/** Whether a text stands within another one, and so in its line. */
const InLine = createContext(false);

export function TextWords({ node }: { readonly node: Text }): ReactNode {
  const { value, children = [], locale, semanticsLabel, truncate, lines } = node;
  const isInLine = use(InLine);
  // Only words may stand within a paragraph; with children it is a plain block.
  const Tag = isInLine ? 'span' : children.length === 0 ? 'p' : 'div';
  return (
    <Tag
      className={classesOf(node)}
      data-tone={node.tone}
      data-size={node.size}
      data-weight={node.weight}
      data-decoration={node.decoration}
      data-truncate={truncate === true ? true : undefined}
      data-lines={lines}
      style={{ textAlign: node.textAlign, ...(lines !== undefined && ({ '--lines': lines } as CSSProperties)) }}
      lang={locale}
      title={truncate === true || lines !== undefined ? wordsOf(node) : undefined}
    >
      {semanticsLabel === undefined ? (
        <Content value={value} nodes={children} />
      ) : (
        <>
          <span className={css.unseen}>{semanticsLabel}</span>
          <span aria-hidden>
            <Content value={value} nodes={children} />
          </span>
        </>
      )}
    </Tag>
  );
}

function Content({ value, nodes }: { readonly value: string | number; readonly nodes: readonly Node[] }): ReactNode {
  if (nodes.length === 0) return value;
  return (
    <InLine value={true}>
      {value}
      <ShowAll nodes={nodes} />
    </InLine>
  );
}

const classesOf = ({ italic, mono }: Text) =>
  [css.text, italic === true && css.italic, mono === true && css.mono].filter(Boolean).join(' ');

function wordsOf({ value, children = [] }: Text): string {
  const within = children.map((child) => {
    if (typeof child !== 'object' || child === null) return String(child ?? '');
    return child._type === 'text' ? wordsOf(child as unknown as Text) : '';
  });
  return [value, ...within].join('');
}

export function HeadingWords({ node }: { readonly node: Heading }): ReactNode {
  const Level = `h${node.level ?? 2}` as 'h2';
  return <Level className={css.heading}>{node.value}</Level>;
}

export function LinkWords({ node }: { readonly node: Link }): ReactNode {
  const { to, text, child } = node;
  const isInert = useIsInert();
  const url = safeUrl(to);
  const Icon = node.icon === undefined ? undefined : iconOf(node.icon);
  const content = (
    <>
      {Icon && <Icon size="1.1em" aria-hidden />}
      {child === undefined ? (text ?? to) : <Show node={child} />}
    </>
  );
  if (url === undefined || isInert) return <span className={css.link}>{content}</span>;
  return (
    <InertContext value={true}>
      <InLine value={true}>
        <Anchor
          to={to}
          className={css.link}
          data-tone={node.tone}
          aria-label={child === undefined ? undefined : node.label}
        >
          {content}
          {leaves(url) && <Leaving />}
        </Anchor>
      </InLine>
    </InertContext>
  );
}

/** Whether it opens a page of another site. */
export const leaves = (url: string): boolean => !isOwn(url) && /^https?:/i.test(url.trim());

export function Leaving(): ReactNode {
  return (
    <>
      <IconExternalLink size="0.95em" aria-hidden />
      <span className={css.unseen}> (opens in a new tab)</span>
    </>
  );
}
