/** Things to press. */
import { Type, type Static } from 'typebox';
import { Size, Tone, component, event, node } from '../base.ts';
import { Confirm, Hotkey, MainStyle, listener, presses } from './shared.ts';
import { IconName } from '../tokens.ts';

export const button = component(
  'button',
  'Something to press.',
  {
    text: Type.String({ maxLength: 200 }),
    mainStyle: Type.Optional(MainStyle),
    tone: Type.Optional(Tone),
    size: Type.Optional(Size),
    leftIcon: Type.Optional(IconName),
    rightIcon: Type.Optional(IconName),
    disabled: Type.Optional(Type.Boolean()),
    busy: Type.Optional(
      Type.Boolean({ description: 'Says that work goes on. While its own run goes on it does so by itself.' }),
    ),
    submit: Type.Optional(Type.Boolean({ description: 'Submits the form it stands in.' })),
    hotkey: Type.Optional(Hotkey),
    confirm: Type.Optional(Confirm),
    onPressed: Type.Optional(event()),
  },
  {
    events: presses,
    examples: [
      {
        title: 'The main thing to do',
        tree: { _type: 'button', text: 'Send invoice', leftIcon: 'send', onPressed: listener('sendInvoice') },
      },
      {
        title: 'The second, small, with a key',
        tree: {
          _type: 'button',
          text: 'Refresh',
          mainStyle: 'secondary',
          size: 'small',
          hotkey: 'mod+shift+u',
          onPressed: listener('refreshRepository'),
        },
      },
      {
        title: 'Asks first, and wants the name typed',
        tree: {
          _type: 'button',
          text: 'Delete repository',
          tone: 'error',
          leftIcon: 'delete',
          confirm: {
            title: 'Delete octo/hello-world?',
            text: 'Its 214 issues are deleted with it. This cannot be undone.',
            typeToConfirm: 'octo/hello-world',
          },
          onPressed: listener('deleteRepository', { id: 'octo/hello-world' }),
        },
      },
      {
        title: 'At work',
        tree: { _type: 'button', text: 'Importing 1,204 orders', mainStyle: 'secondary', busy: true },
      },
      { title: 'Not now', tree: { _type: 'button', text: 'Ship order', mainStyle: 'tertiary', disabled: true } },
    ],
  },
);
export type Button = Static<typeof button.schema>;

export const actionable = component(
  'actionable',
  'Makes what stands in it something to press. Enter and the space bar press it; nothing in it may be pressed by itself.',
  {
    child: node(),
    submit: Type.Optional(Type.Boolean({ description: 'Submits the form it stands in.' })),
    disabled: Type.Optional(Type.Boolean()),
    onPressed: Type.Optional(event()),
    onDoublePressed: Type.Optional(event('With the keyboard: Shift and Enter.')),
    onLongPressed: Type.Optional(event('Held for half a second. With the keyboard: Alt and Enter.')),
    onPressedCancel: Type.Optional(event('Pressed, and let go elsewhere.')),
    onHovered: Type.Optional(event('Pointed at, or reached with the keyboard; at most once a second.')),
  },
  {
    events: { ...presses, onDoublePressed: '{}', onLongPressed: '{}', onPressedCancel: '{}', onHovered: '{}' },
    examples: [
      {
        title: 'A line to press',
        tree: {
          _type: 'actionable',
          child: '#17 Signature check fails on an empty body',
          onPressed: { _type: 'action', action: 'navigate', to: '/issues/17' },
        },
      },
      {
        title: 'Held to pin',
        tree: {
          _type: 'actionable',
          child: 'octo/hello-world',
          onPressed: listener('openRepository'),
          onLongPressed: listener('pinRepository'),
        },
      },
    ],
  },
);
export type Actionable = Static<typeof actionable.schema>;

export const toggle = component(
  'toggle',
  'Turns one thing on and off, at once.',
  {
    value: Type.Boolean(),
    name: Type.Optional(Type.String({ maxLength: 200, description: 'Within a form: the member of its value.' })),
    help: Type.Optional(Type.String({ maxLength: 1_000 })),
    error: Type.Optional(Type.String({ maxLength: 1_000 })),
    disabled: Type.Optional(Type.Boolean()),
    autofocus: Type.Optional(Type.Boolean()),
    onPressed: Type.Optional(event()),
  },
  {
    events: { onPressed: '{ value: boolean }' },
    examples: [
      {
        title: 'On',
        tree: {
          _type: 'toggle',
          label: 'Tell me about new issues',
          help: 'By e-mail, at most once an hour.',
          value: true,
          onPressed: listener('setNotice'),
        },
      },
      {
        title: 'Off, and not now',
        tree: {
          _type: 'toggle',
          label: 'Accept new orders',
          value: false,
          disabled: true,
          onPressed: listener('open'),
        },
      },
    ],
  },
);
export type Toggle = Static<typeof toggle.schema>;

export const command = component(
  'command',
  'A key that does something while the page is open. Shows nothing: what it does should have a button as well.',
  { text: Type.String({ maxLength: 200 }), hotkey: Hotkey, onPressed: event() },
  {
    events: presses,
    examples: [
      {
        title: 'A key for the next issue',
        tree: { _type: 'command', text: 'Next issue', hotkey: 'mod+arrowdown', onPressed: listener('nextIssue') },
      },
      { title: 'A single key', tree: { _type: 'command', text: 'Retry', hotkey: 'r', onPressed: listener('retry') } },
    ],
  },
);
export type Command = Static<typeof command.schema>;
