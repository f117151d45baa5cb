/** Lists of things to do. */
import { Type, type Static } from 'typebox';
import { Size, Tone, component, event, node, nodes } from '../base.ts';
import { Confirm, MainStyle, listener, presses } from './shared.ts';
import { IconName } from '../tokens.ts';

export const menuItem = component(
  'menuItem',
  'One line of a menu.',
  {
    text: Type.String({ maxLength: 200 }),
    isSelected: Type.Optional(Type.Boolean()),
    disabled: Type.Optional(Type.Boolean()),
    icon: Type.Optional(IconName),
    tone: Type.Optional(Tone),
    confirm: Type.Optional(Confirm),
    onPressed: Type.Optional(event()),
  },
  {
    events: presses,
    examples: [
      {
        title: 'One that is chosen',
        tree: { _type: 'menuItem', text: 'Open issues', icon: 'inbox', isSelected: true, onPressed: listener('show') },
      },
      { title: 'Not now', tree: { _type: 'menuItem', text: 'Archived', disabled: true, onPressed: listener('show') } },
    ],
  },
);
export type MenuItem = Static<typeof menuItem.schema>;

export const menu = component(
  'menu',
  'A list of things to choose from, always open; within a `dropdownButton` it opens on a press.',
  { children: nodes('`menuItem`, or `divider`.') },
  {
    examples: [
      {
        title: 'Views of a list',
        tree: {
          _type: 'menu',
          label: 'Issues',
          children: [
            { _type: 'menuItem', text: 'Open', isSelected: true, onPressed: setQuery('status', 'open') },
            { _type: 'menuItem', text: 'Closed', onPressed: setQuery('status', 'closed') },
            { _type: 'menuItem', text: 'Mine', disabled: true, onPressed: setQuery('status', 'mine') },
          ],
        },
      },
      {
        title: 'With icons, and one that is dangerous',
        tree: {
          _type: 'menu',
          label: 'Order 1042',
          children: [
            { _type: 'menuItem', text: 'Send again', icon: 'send', onPressed: listener('sendOrder') },
            {
              _type: 'menuItem',
              text: 'Cancel order',
              icon: 'close',
              tone: 'error',
              confirm: { title: 'Cancel order 1042?', text: 'The customer is told by e-mail.' },
              onPressed: listener('cancelOrder', { id: '1042' }),
            },
          ],
        },
      },
    ],
  },
);
export type Menu = Static<typeof menu.schema>;

export const dropdownButton = component(
  'dropdownButton',
  'A button that opens a menu, or anything else.',
  {
    text: Type.String({ maxLength: 200 }),
    child: node('A `menu`, or what else is shown below the button.'),
    disabled: Type.Optional(Type.Boolean()),
    size: Type.Optional(Size),
    mainStyle: Type.Optional(MainStyle),
    icon: Type.Optional(IconName),
  },
  {
    examples: [
      {
        title: 'More to do with an order',
        tree: {
          _type: 'dropdownButton',
          text: 'Order 1042',
          mainStyle: 'secondary',
          child: {
            _type: 'menu',
            children: [
              { _type: 'menuItem', text: 'Send again', icon: 'send', onPressed: listener('sendOrder') },
              { _type: 'menuItem', text: 'Copy number', icon: 'copy', onPressed: copy('1042') },
            ],
          },
        },
      },
      {
        title: 'Not now',
        tree: { _type: 'dropdownButton', text: 'Assign', size: 'small', disabled: true, child: 'Nobody to assign.' },
      },
    ],
  },
);
export type DropdownButton = Static<typeof dropdownButton.schema>;

function setQuery(name: string, value: string) {
  return { _type: 'action', action: 'set_query', query: { [name]: value } };
}

function copy(text: string) {
  return { _type: 'action', action: 'copy', text };
}
