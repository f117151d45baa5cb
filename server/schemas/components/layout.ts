/** Components that put others in their places: pages, rows, cards, tabs, dialogs. */
import type { ComponentSpec } from './base.ts';
import { container, flex, flexible, stack, wrap } from './layout/boxes.ts';
import { card, section, tabs } from './layout/cards.ts';
import { column, divider, grid, row, scroll, split } from './layout/flow.ts';
import { carousel, dialog, drawer, overlayEntry } from './layout/overlays.ts';
import { page } from './layout/page.ts';

export type { Container, Flex, Flexible, Stack, Wrap } from './layout/boxes.ts';
export type { Card, Section, Tabs } from './layout/cards.ts';
export type { Column, Divider, Grid, Row, Scroll, Split } from './layout/flow.ts';
export type { Carousel, Dialog, Drawer, OverlayEntry } from './layout/overlays.ts';
export type { Page } from './layout/page.ts';

export const layout = [
  page,
  row,
  column,
  grid,
  flex,
  flexible,
  wrap,
  container,
  stack,
  card,
  tabs,
  section,
  divider,
  scroll,
  split,
  drawer,
  dialog,
  overlayEntry,
  carousel,
] as const satisfies readonly ComponentSpec[];
