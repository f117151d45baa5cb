/** A button, and a key that does what a button would. */
import { use, useRef, useState, type ReactNode } from 'react';
import type { Button as ButtonNode, Command as CommandNode } from '../../../schemas/components/act/press.ts';
import { useEvent } from '../../render/useEvent.ts';
import { FormPartsContext } from '../form/parts.ts';
import { Confirm } from './Confirm.tsx';
import { shownKeys, spokenKeys, useKey } from './hotkey.ts';
import { Press } from './Press.tsx';

export const AWAY = 'Not connected to the server.';

export function Button({ node }: { readonly node: ButtonNode }): ReactNode {
  const element = useRef<HTMLButtonElement>(null);
  const [isAsked, setAsked] = useState(false);
  const event = useEvent(node.onPressed);
  const form = use(FormPartsContext);
  const isSubmit = node.submit === true && form !== null;
  const isBusy = node.busy === true || event.isBusy || (isSubmit && form.isBusy);
  const isOff = event.isOff || (isSubmit && form.isOff);
  useKey(
    node.hotkey,
    () => element.current?.click(),
    () => element.current,
  );

  const go = () => {
    if (event.isThere) void event.fire();
    if (isSubmit) element.current?.form?.requestSubmit();
  };
  return (
    <>
      <Press
        ref={element}
        text={node.text}
        look={node.mainStyle}
        tone={node.tone}
        size={node.size}
        leftIcon={node.leftIcon}
        rightIcon={node.rightIcon}
        label={node.label}
        isDisabled={node.disabled === true || isOff}
        isBusy={isBusy}
        title={isOff ? AWAY : node.hotkey === undefined ? undefined : shownKeys(node.hotkey)}
        keys={node.hotkey === undefined ? undefined : spokenKeys(node.hotkey)}
        type={isSubmit ? 'submit' : 'button'}
        onClick={(pressed) => {
          if (isSubmit && node.confirm === undefined && !event.isThere) return; // the browser submits
          pressed.preventDefault();
          if (node.confirm === undefined) go();
          else setAsked(true);
        }}
      />
      {node.confirm !== undefined && (
        <Confirm
          ask={node.confirm}
          text={node.text}
          tone={node.tone}
          isOpen={isAsked}
          onClose={() => setAsked(false)}
          onConfirm={go}
        />
      )}
    </>
  );
}

export function Command({ node }: { readonly node: CommandNode }): ReactNode {
  const event = useEvent(node.onPressed);
  useKey(node.hotkey, () => void event.fire());
  return null;
}
