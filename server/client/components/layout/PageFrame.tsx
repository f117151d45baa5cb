/** A page's frame: where it is, its title, what can be done with it, its content. */
import type { ReactNode } from 'react';
import type { Page } from '../../../schemas/components/layout.ts';
import { Anchor } from '../../render/links.ts';
import { ShowAll } from '../../render/Show.tsx';
import { Items } from './Items.tsx';
import css from './page.module.css';

export function PageFrame({ node }: { readonly node: Page }): ReactNode {
  const { title, subtitle, breadcrumb = [], actions = [] } = node;
  return (
    <div className={css.page}>
      {breadcrumb.length > 0 && <Breadcrumb steps={breadcrumb} />}
      <header className={css.head}>
        <div className={css.words}>
          <h1 className={css.title}>{title}</h1>
          {subtitle !== undefined && <p className={css.subtitle}>{subtitle}</p>}
        </div>
        {actions.length > 0 && (
          <div className={css.actions}>
            <Items nodes={actions} />
          </div>
        )}
      </header>
      <ShowAll nodes={node.children} />
    </div>
  );
}

function Breadcrumb({ steps }: { readonly steps: NonNullable<Page['breadcrumb']> }): ReactNode {
  return (
    <nav aria-label="Breadcrumb">
      <ol className={css.breadcrumb}>
        {steps.map(({ text, to }, index) => (
          <li key={index}>{to === undefined ? text : <Anchor to={to}>{text}</Anchor>}</li>
        ))}
      </ol>
    </nav>
  );
}
