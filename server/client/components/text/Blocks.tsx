/** Text with a form of its own: code, keys; and Markdown, whose reader is loaded when the first one is shown. */
import { lazy, Suspense, type ReactNode } from 'react';
import type { Code, Kbd, Markdown } from '../../../schemas/components/text.ts';
import css from './code.module.css';
import { CopyButton } from './CopyButton.tsx';
import textCss from './text.module.css';

const MarkdownText = lazy(() => import('./MarkdownText.tsx'));

const names: Readonly<Record<string, string>> = {
  json: 'JSON',
  js: 'JavaScript',
  ts: 'TypeScript',
  sh: 'Shell',
  http: 'HTTP',
  html: 'HTML',
  css: 'CSS',
  sql: 'SQL',
  yaml: 'YAML',
  python: 'Python',
};

export function CodeBlock({ node }: { readonly node: Code }): ReactNode {
  const { value, language, copy = true, wrap = false, maxHeight } = node;
  if (node.inline === true) return <code className={css.inline}>{value}</code>;
  const name = language === undefined ? undefined : names[language];
  const label = node.label ?? name;
  return (
    <div className={css.code}>
      {((copy && value !== '') || label !== undefined) && (
        <div className={css.bar}>
          <span>{label}</span>
          {copy && value !== '' && <CopyButton text={value} />}
        </div>
      )}
      <pre
        className={css.pre}
        data-wrap={wrap ? true : undefined}
        style={{ maxHeight }}
        tabIndex={0}
        role="group"
        aria-label={label ?? 'Code'}
      >
        {value === '' ? <span className={css.empty}>empty</span> : <code>{value}</code>}
      </pre>
    </div>
  );
}

export function Keys({ node }: { readonly node: Kbd }): ReactNode {
  return (
    <span className={css.keys}>
      {node.keys.map((key, index) => (
        <span key={index} className={css.keys}>
          {index > 0 && <span>+</span>}
          <kbd className={css.key}>{key}</kbd>
        </span>
      ))}
    </span>
  );
}

/** Until its reader is there, the text as it was written: it can be read too, and nothing jumps far. */
export function MarkdownBlock({ node }: { readonly node: Markdown }): ReactNode {
  return (
    <Suspense fallback={<div className={textCss.text}>{node.value}</div>}>
      <MarkdownText value={node.value} level={node.level ?? 2} />
    </Suspense>
  );
}
