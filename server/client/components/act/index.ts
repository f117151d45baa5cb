/** The renderers of the group «act», by component type. */
import type { Renderers } from '../../render/types.ts';
import { Toggle } from '../form/Choices.tsx';
import { Actionable } from './Actionable.tsx';
import { Button, Command } from './Button.tsx';
import { DropdownButton, Menu, MenuItem } from './Menu.tsx';

export const renderers: Renderers = {
  button: Button,
  menu: Menu,
  menuItem: MenuItem,
  dropdownButton: DropdownButton,
  actionable: Actionable,
  toggle: Toggle,
  command: Command,
};
