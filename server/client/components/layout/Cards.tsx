/** Parts of a page that have a title: cards with a frame, sections without. */
import { IconChevronRight } from '@tabler/icons-react';
import { useId, useState, type ReactNode } from 'react';
import type { Node } from '../../../schemas/components/base.ts';
import type { Card, Section } from '../../../schemas/components/layout.ts';
import { iconOf } from '../text/icons.ts';
import css from './cards.module.css';
import { Items } from './Items.tsx';

export function CardBox({ node }: { readonly node: Card }): ReactNode {
  const { title, subtitle, actions = [], children } = node;
  const id = useId();
  const hasHead = title !== undefined || subtitle !== undefined || actions.length > 0;
  const Icon = node.icon === undefined ? undefined : iconOf(node.icon);
  return (
    <article
      className={css.card}
      data-tone={node.tone}
      aria-label={node.label}
      aria-labelledby={title === undefined ? undefined : id}
    >
      {hasHead && (
        <Head subtitle={subtitle} actions={actions}>
          {title !== undefined && (
            <Title level={node.level} id={id}>
              {Icon && <Icon size={20} stroke={1.75} aria-hidden />}
              <span>{title}</span>
            </Title>
          )}
        </Head>
      )}
      {children.length > 0 && (
        <div className={css.content}>
          <Items nodes={children} />
        </div>
      )}
    </article>
  );
}

export function SectionBox({ node }: { readonly node: Section }): ReactNode {
  const { title, description, collapsible = false, actions = [] } = node;
  const [isOpen, setOpen] = useState(!collapsible || node.opened !== false);
  const id = useId();
  const isShown = !collapsible || isOpen;
  return (
    <section className={css.section} aria-labelledby={`${id}-title`}>
      <Head subtitle={isShown ? description : undefined} actions={actions}>
        <Title level={node.level} id={`${id}-title`}>
          {collapsible ? (
            <button
              type="button"
              className={css.fold}
              aria-expanded={isOpen}
              aria-controls={`${id}-content`}
              onClick={() => setOpen(!isOpen)}
            >
              <IconChevronRight size={18} aria-hidden />
              <span>{title}</span>
            </button>
          ) : (
            <span>{title}</span>
          )}
        </Title>
      </Head>
      <div id={`${id}-content`} className={css.content} hidden={!isShown}>
        {isShown && <Items nodes={node.children} />}
      </div>
    </section>
  );
}

interface HeadProps {
  readonly subtitle: string | undefined;
  readonly actions: readonly Node[];
  readonly children: ReactNode;
}

function Head({ subtitle, actions, children }: HeadProps): ReactNode {
  return (
    <div className={css.head}>
      <div className={css.words}>
        {children}
        {subtitle !== undefined && <p className={css.subtitle}>{subtitle}</p>}
      </div>
      {actions.length > 0 && (
        <div className={css.actions}>
          <Items nodes={actions} />
        </div>
      )}
    </div>
  );
}

interface TitleProps {
  readonly level: number | undefined;
  readonly id: string;
  readonly children: ReactNode;
}

function Title({ level = 2, id, children }: TitleProps): ReactNode {
  const Level = `h${level}` as 'h2';
  return (
    <Level id={id} className={css.title}>
      {children}
    </Level>
  );
}
