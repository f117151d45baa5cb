/** States: icon, word, colour. */
import type { ReactNode } from 'react';
import type { Badge, Status, StatusSticker } from '../../../schemas/components/fact.ts';
import { iconOf } from '../text/icons.ts';
import css from './fact.module.css';
import { statusLooks, stickerLooks } from './statusLook.ts';

export function StatusFact({ node }: { readonly node: Status }): ReactNode {
  const { Icon, word, tone } = statusLooks[node.value];
  return (
    <span className={`${css.status} ${css.tone}`} data-tone={tone}>
      <Icon size="1.15em" stroke={2} aria-hidden />
      <span>{node.text ?? word}</span>
    </span>
  );
}

export function StatusMark({ node }: { readonly node: StatusSticker }): ReactNode {
  const { Icon, word, tone } = stickerLooks[node.status];
  return (
    <Icon
      className={`${css.sticker} ${css.tone}`}
      data-tone={tone}
      size={20}
      role="img"
      aria-label={node.label ?? word}
    />
  );
}

export function BadgeFact({ node }: { readonly node: Badge }): ReactNode {
  const Icon = node.icon === undefined ? undefined : iconOf(node.icon);
  return (
    <span className={`${css.badge} ${css.tone}`} data-tone={node.tone ?? 'neutral'}>
      {Icon && <Icon size={14} aria-hidden />}
      <span>{node.text}</span>
    </span>
  );
}
