/**
 * Markdown with react-markdown, which never makes HTML of HTML. Addresses pass `safeUrl`; a picture of another site would
 * tell that site who reads, so it becomes a link to it.
 */
import type { ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import { Anchor, safeUrl } from '../../render/links.ts';
import code from './code.module.css';
import css from './markdown.module.css';
import { isShowable } from './pictureSource.ts';
import textCss from './text.module.css';
import { leaves, Leaving } from './Words.tsx';

interface MarkdownTextProps {
  readonly value: string;
  /** What `#` is on this page. */
  readonly level: number;
}

export default function MarkdownText({ value, level }: MarkdownTextProps): ReactNode {
  return (
    <div className={css.markdown}>
      <ReactMarkdown urlTransform={pass} components={componentsFor(level)}>
        {value}
      </ReactMarkdown>
    </div>
  );
}

const pass = (url: string): string => safeUrl(url) ?? (isShowable(url) ? url : '');

function Link({ href, children }: { readonly href?: string | undefined; readonly children?: ReactNode }): ReactNode {
  if (href === undefined || href === '') return <span>{children}</span>;
  return (
    <Anchor to={href} className={textCss.link}>
      {children}
      {leaves(href) && <Leaving />}
    </Anchor>
  );
}

const same: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => {
    const words = alt === undefined || alt === '' ? 'picture' : alt;
    if (typeof src === 'string' && isShowable(src)) return <img src={src} alt={alt ?? ''} />;
    return <Link href={typeof src === 'string' ? src : undefined}>{words}</Link>;
  },
  pre: ({ children }) => (
    <pre className={code.pre} tabIndex={0} role="group" aria-label="Code">
      {children}
    </pre>
  ),
  code: ({ children }) => <code className={code.inline}>{children}</code>,
};

const known = new Map<number, Components>();

/** The same object for the same level, so that nothing is drawn anew. */
function componentsFor(level: number): Components {
  let components = known.get(level);
  if (components === undefined) {
    const heading = (own: number) => {
      const Level = `h${Math.min(6, own + level - 1)}` as 'h2';
      return ({ children }: { readonly children?: ReactNode }) => <Level>{children}</Level>;
    };
    const headings = Object.fromEntries([1, 2, 3, 4, 5, 6].map((own) => [`h${own}`, heading(own)]));
    known.set(level, (components = { ...same, ...headings }));
  }
  return components;
}
