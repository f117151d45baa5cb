/** Lists of things to do: always in sight, or below a button. */
import { Menu as MantineMenu, Popover, UnstyledButton } from '@mantine/core';
import { createContext, use, useState, type CSSProperties, type ReactNode } from 'react';
import type {
  DropdownButton as DropdownNode,
  Menu as MenuNode,
  MenuItem as ItemNode,
} from '../../../schemas/components/act/menu.ts';
import type { Confirm as ConfirmNode } from '../../../schemas/components/act/shared.ts';
import { Show, ShowAll } from '../../render/Show.tsx';
import { useEvent } from '../../render/useEvent.ts';
import '../layout/tokens.css';
import css from './act.module.css';
import { AWAY } from './Button.tsx';
import { Confirm } from './Confirm.tsx';
import { drawn, Press, type ToneName } from './Press.tsx';

interface Asked {
  readonly ask: ConfirmNode | undefined;
  readonly text: string;
  readonly tone: ToneName | undefined;
  readonly go: () => Promise<unknown>;
}

/** Within a menu that closes, its button asks and is busy for the item, which is gone by then. */
const DropdownContext = createContext<((asked: Asked) => void) | null>(null);

export function Menu({ node }: { readonly node: MenuNode }): ReactNode {
  return (
    <div role="group" aria-label={node.label ?? 'Menu'} className={css.menu}>
      <ShowAll nodes={node.children} />
    </div>
  );
}

export function DropdownButton({ node }: { readonly node: DropdownNode }): ReactNode {
  const [asked, setAsked] = useState<Asked>();
  const [isAsking, setAsking] = useState(false);
  const [working, setWorking] = useState(0);
  const run = async (go: Asked['go']) => {
    setWorking((count) => count + 1);
    await go();
    setWorking((count) => count - 1);
  };
  const press = (next: Asked) => {
    if (next.ask === undefined) {
      void run(next.go);
      return;
    }
    setAsked(next);
    setAsking(true);
  };
  const menu = menuOf(node.child);
  const button = (
    <Press
      text={node.text}
      look={node.mainStyle}
      size={node.size}
      leftIcon={node.icon}
      rightIcon="chevron-down"
      label={node.label}
      isDisabled={node.disabled === true}
      isBusy={working > 0}
    />
  );
  const isShut = node.disabled === true;
  return (
    <DropdownContext value={press}>
      {menu !== undefined ? (
        <MantineMenu
          position="bottom-start"
          withinPortal
          shadow="md"
          disabled={isShut}
          withInitialFocusPlaceholder={false}
        >
          <MantineMenu.Target>{button}</MantineMenu.Target>
          <MantineMenu.Dropdown>
            <ShowAll nodes={menu.children} />
          </MantineMenu.Dropdown>
        </MantineMenu>
      ) : (
        <Popover position="bottom-start" withinPortal shadow="md" trapFocus disabled={isShut}>
          <Popover.Target>{button}</Popover.Target>
          <Popover.Dropdown>
            <Show node={node.child} />
          </Popover.Dropdown>
        </Popover>
      )}
      {asked?.ask !== undefined && (
        <Confirm
          ask={asked.ask}
          text={asked.text}
          tone={asked.tone}
          isOpen={isAsking}
          onClose={() => setAsking(false)}
          onConfirm={() => void run(asked.go)}
        />
      )}
    </DropdownContext>
  );
}

function menuOf(child: DropdownNode['child']): MenuNode | undefined {
  return typeof child === 'object' && child?._type === 'menu' ? (child as unknown as MenuNode) : undefined;
}

export function MenuItem({ node }: { readonly node: ItemNode }): ReactNode {
  const dropdown = use(DropdownContext);
  const event = useEvent(node.onPressed);
  const [isAsked, setAsked] = useState(false);
  const isDisabled = node.disabled === true || event.isOff;
  const words = {
    ...(node.tone !== undefined && { '--item-words': `var(--ear-${node.tone})` }),
  } as CSSProperties;
  const common = {
    className: css.item ?? '',
    style: words,
    ...(isDisabled && { 'data-disabled': true, 'aria-disabled': true }),
    ...(event.isOff && { title: AWAY }),
    ...(event.isBusy && { 'aria-busy': true }),
    ...(node.label !== undefined && { 'aria-label': node.label }),
  };
  const go = () => event.fire();
  if (dropdown !== null) {
    return (
      <MantineMenu.Item
        {...common}
        {...(node.isSelected === true && { 'data-chosen': true })}
        leftSection={drawn(node.isSelected === true && node.icon === undefined ? 'check' : node.icon)}
        closeMenuOnClick={!isDisabled}
        onClick={() => {
          if (!isDisabled) dropdown({ ask: node.confirm, text: node.text, tone: node.tone, go });
        }}
      >
        {node.text}
      </MantineMenu.Item>
    );
  }
  return (
    <>
      <UnstyledButton
        {...common}
        aria-current={node.isSelected === true}
        onClick={() => {
          if (isDisabled || event.isBusy) return;
          if (node.confirm === undefined) void go();
          else setAsked(true);
        }}
      >
        {drawn(node.icon)}
        <span>{node.text}</span>
      </UnstyledButton>
      {node.confirm !== undefined && (
        <Confirm
          ask={node.confirm}
          text={node.text}
          tone={node.tone}
          isOpen={isAsked}
          onClose={() => setAsked(false)}
          onConfirm={() => void go()}
        />
      )}
    </>
  );
}
