/** What is carried elsewhere or kept out of sight, and who somebody is. */
import { IconCheck, IconCopy, IconEye, IconEyeOff } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import type { Copyable, Person, Secret } from '../../../schemas/components/fact.ts';
import { Anchor, safeUrl } from '../../render/links.ts';
import { useEvent } from '../../render/useEvent.ts';
import { CopyButton } from '../text/CopyButton.tsx';
import { useIsInert } from '../text/inert.ts';
import { isShowable } from '../text/pictureSource.ts';
import textCss from '../text/text.module.css';
import { Copies } from './Copies.tsx';
import css from './fact.module.css';

export function CopyableFact({ node }: { readonly node: Copyable }): ReactNode {
  const { value, show = value, mono = true, label } = node;
  return (
    <Copies
      value={value}
      title={show === value ? 'Copy' : `Copy ${value}`}
      label={label === undefined ? undefined : `Copy ${label}: ${show}`}
      className={mono ? css.mono : undefined}
    >
      {(isCopied) => (
        <>
          {show}
          {isCopied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        </>
      )}
    </Copies>
  );
}

export function PersonFact({ node }: { readonly node: Person }): ReactNode {
  const { name, email, image, to } = node;
  const isInert = useIsInert();
  const isLink = to !== undefined && !isInert && safeUrl(to) !== undefined;
  return (
    <span className={css.person}>
      <span className={css.face} aria-hidden>
        {image !== undefined && isShowable(image) ? <img src={image} alt="" /> : initialsOf(name)}
      </span>
      <span className={css.who}>
        {isLink ? (
          <Anchor to={to} className={textCss.link}>
            {name}
          </Anchor>
        ) : (
          <span>{name}</span>
        )}
        {email !== undefined && <span className={css.email}>{email}</span>}
      </span>
    </span>
  );
}

/** Of the first and the last name; of one name alone, its first letter. */
function initialsOf(name: string): string {
  const names = name.trim().split(/\s+/);
  const letters = names.length > 1 ? [names[0], names.at(-1)] : names;
  return letters.map((each) => Array.from(each ?? '')[0]?.toUpperCase() ?? '').join('');
}

/** hidden ──reveal──▶ shown ──hide──▶ hidden, or spent: a secret that is revealed once cannot be shown a second time. */
export function SecretFact({ node }: { readonly node: Secret }): ReactNode {
  const { value, masked = '••••••••••••', revealOnce = false, label = 'Secret' } = node;
  const [own, setOwn] = useState<{ readonly value: string | undefined; readonly state: 'hidden' | 'shown' | 'spent' }>({
    value,
    state: 'hidden',
  });
  const { fire } = useEvent(node.onRevealed);
  const state = own.value === value ? own.state : 'hidden';
  const isShown = state === 'shown' && value !== undefined;

  const turn = () => {
    setOwn({ value, state: isShown ? (revealOnce ? 'spent' : 'hidden') : 'shown' });
    if (!isShown) void fire();
  };
  const word = isShown ? 'Hide' : 'Reveal';
  const Icon = isShown ? IconEyeOff : IconEye;
  return (
    <span className={css.secret} role="group" aria-label={label}>
      <code>{isShown ? value : masked}</code>
      {value !== undefined && state !== 'spent' && (
        <button type="button" className={textCss.small} aria-label={`${word}: ${label}`} title={word} onClick={turn}>
          <Icon size={16} aria-hidden />
        </button>
      )}
      {isShown && <CopyButton text={value} what={`Copy: ${label}`} />}
      {revealOnce && value !== undefined && <OnceOnly isSpent={state === 'spent'} />}
    </span>
  );
}

function OnceOnly({ isSpent }: { readonly isSpent: boolean }): ReactNode {
  return (
    <span className={css.once}>
      {isSpent ? 'It is not shown again.' : 'It is shown once: keep it in a safe place.'}
    </span>
  );
}
