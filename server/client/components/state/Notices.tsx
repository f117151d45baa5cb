/** Something to know in its place, and the box that stands where something failed. */
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Alert as AlertNode, ProblemComponent } from '../../../schemas/components/state/notices.ts';
import { Show, ShowAll } from '../../render/Show.tsx';
import { Copy } from './Copy.tsx';
import css from './state.module.css';
import { toneColour, type ToneName } from './tones.ts';

const icons = {
  neutral: IconInfoCircle,
  info: IconInfoCircle,
  success: IconCircleCheck,
  warning: IconAlertTriangle,
  error: IconCircleX,
} as const;
const words: Readonly<Record<ToneName, string>> = {
  neutral: 'Note',
  info: 'Note',
  success: 'Done',
  warning: 'Warning',
  error: 'Error',
};

export function Alert({ node }: { readonly node: AlertNode }): ReactNode {
  const tone = node.tone ?? 'info';
  const Icon = icons[tone];
  return (
    <div className={css.notice} style={{ color: toneColour(tone) }} role={tone === 'error' ? 'alert' : 'note'}>
      <Icon size={20} className={css.noticeIcon} aria-label={words[tone]} role="img" />
      <div className={css.noticeBody}>
        <div className={css.noticeTitle}>{node.title}</div>
        {node.text !== undefined && (
          <div>
            <Show node={node.text} />
          </div>
        )}
        {node.actions !== undefined && (
          <div className={css.actions}>
            <ShowAll nodes={node.actions} />
          </div>
        )}
      </div>
    </div>
  );
}

type ProblemProps = Pick<ProblemComponent, 'title'> & Partial<Omit<ProblemComponent, 'title' | '_type'>>;

export function Problem({ node }: { readonly node: ProblemProps }): ReactNode {
  const { title, detail, code, path, stack } = node;
  const where = [code, path === undefined ? undefined : `at ${path === '' ? '/' : path}`].filter(Boolean).join(' ');
  const details = () => [title, detail, where, stack].filter(Boolean).join('\n');
  return (
    <div className={css.notice} style={{ color: toneColour('error') }} role="alert" data-problem>
      <IconCircleX size={20} className={css.noticeIcon} aria-label="Error" role="img" />
      <div className={css.noticeBody}>
        <div className={css.noticeTitle}>{title}</div>
        {detail !== undefined && <div>{detail}</div>}
        {where !== '' && <code className={css.where}>{where}</code>}
        {stack !== undefined && (
          <details>
            <summary className={css.summary}>Where it happened</summary>
            <pre className={css.stack} tabIndex={0}>
              {stack}
            </pre>
          </details>
        )}
      </div>
      <Copy text={details} what="details" />
    </div>
  );
}
