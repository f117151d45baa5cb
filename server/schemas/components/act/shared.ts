/** What components that are pressed share. */
import { Type, type Static } from 'typebox';
import { choice } from '../base.ts';

export const MainStyle = choice('primary', 'secondary', 'tertiary');
export const Hotkey = Type.String({
  pattern: '^((mod|ctrl|alt|shift)\\+)*([a-z0-9/.?]|enter|escape|delete|arrow(up|down|left|right))$',
  description: '`mod+s`: mod is ⌘ on a Mac and Ctrl elsewhere. Single keys do nothing while a person types.',
});

export const Confirm = Type.Object(
  {
    title: Type.String({ maxLength: 200 }),
    text: Type.Optional(Type.String({ maxLength: 2_000, description: 'What will happen, and to how many.' })),
    typeToConfirm: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Has to be typed first: the name of what is deleted.' }),
    ),
    confirmText: Type.Optional(
      Type.String({ maxLength: 60, description: 'Of the button; its own text, unless said.' }),
    ),
  },
  { additionalProperties: false, description: 'Asked before anything happens. For what cannot be undone.' },
);
export type Confirm = Static<typeof Confirm>;

/** What the event of a press carries: nothing. */
export const presses = { onPressed: '{}' };
/** For the examples. */
export const listener = (name: string, props: Record<string, string> = {}) => ({ _type: 'listener', name, props });
