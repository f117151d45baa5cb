/** Components that a person presses. While the run that a press started goes on, the component says so and cannot be pressed again. */
import type { ComponentSpec } from './base.ts';
import { dropdownButton, menu, menuItem } from './act/menu.ts';
import { actionable, button, command, toggle } from './act/press.ts';

export const act = [
  button,
  menu,
  menuItem,
  dropdownButton,
  actionable,
  toggle,
  command,
] as const satisfies readonly ComponentSpec[];
