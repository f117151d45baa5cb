/** The renderers of the group «layout», by component type. */
import type { Renderers } from '../../render/types.ts';
import { ContainerBox, FlexBox, FlexibleBox, StackBox, WrapBox } from './Boxes.tsx';
import { CardBox, SectionBox } from './Cards.tsx';
import { CarouselBox } from './CarouselBox.tsx';
import { ColumnBox, DividerLine, GridBox, RowBox, ScrollBox, SplitBox } from './Flow.tsx';
import { OverlayEntryBox } from './OverlayEntryBox.tsx';
import { PageFrame } from './PageFrame.tsx';
import { TabsBox } from './TabsBox.tsx';
import './tokens.css';
import { DialogWindow, DrawerPanel } from './Windows.tsx';

export const renderers: Renderers = {
  page: PageFrame,
  row: RowBox,
  column: ColumnBox,
  grid: GridBox,
  flex: FlexBox,
  flexible: FlexibleBox,
  wrap: WrapBox,
  container: ContainerBox,
  stack: StackBox,
  card: CardBox,
  tabs: TabsBox,
  section: SectionBox,
  divider: DividerLine,
  scroll: ScrollBox,
  split: SplitBox,
  drawer: DrawerPanel,
  dialog: DialogWindow,
  overlayEntry: OverlayEntryBox,
  carousel: CarouselBox,
};
