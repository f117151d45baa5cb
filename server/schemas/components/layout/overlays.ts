/** What lies above the page: dialogs, drawers, the original’s overlay; and its carousel. */
import { Type, type Static } from 'typebox';
import { choice, component, event, node, nodes, Size } from '../base.ts';
import { closed, Pixels } from '../tokens.ts';

const opening = {
  key: Type.String({ minLength: 1, maxLength: 200, description: 'What the actions `open` and `close` name.' }),
  title: Type.String({ maxLength: 300 }),
  size: Type.Optional(Size),
  opened: Type.Optional(
    Type.Boolean({
      description: 'Said by the view: then `onClose` has to change it. Otherwise actions open and close it.',
    }),
  ),
  actions: Type.Optional(nodes('At its foot.')),
  children: nodes(),
  onClose: Type.Optional(event('When a person closes it.')),
};
const open = (text: string, target: string) => ({
  _type: 'button',
  text,
  onPressed: { _type: 'action', action: 'open', target },
});

export const dialog = component(
  'dialog',
  'A window above the page that wants an answer first. The focus goes into it and back; Escape closes it.',
  opening,
  {
    events: { onClose: '{}' },
    examples: [
      {
        title: 'Opened by a button',
        tree: {
          _type: 'column',
          align: 'start',
          children: [
            open('Refund…', 'example-refund'),
            {
              _type: 'dialog',
              key: 'example-refund',
              title: 'Refund order 2026-0142',
              size: 'small',
              children: [{ _type: 'text', value: 'Maja Lindqvist is sent 249.50 EUR. This cannot be taken back.' }],
              actions: [
                {
                  _type: 'button',
                  text: 'Not now',
                  mainStyle: 'secondary',
                  onPressed: { _type: 'action', action: 'close' },
                },
                { _type: 'button', text: 'Refund', onPressed: { _type: 'action', action: 'toast', text: 'Refunded' } },
              ],
            },
          ],
        },
      },
      {
        title: 'Closed: nothing is seen',
        tree: { _type: 'dialog', key: 'example-closed', title: 'Closed', children: [] },
      },
    ],
  },
);
export type Dialog = Static<typeof dialog.schema>;

export const drawer = component(
  'drawer',
  'A panel at the side of the page, for the detail of something in it. Escape closes it.',
  { ...opening, side: Type.Optional(choice('left', 'right')) },
  {
    events: { onClose: '{}' },
    examples: [
      {
        title: 'Opened by a button',
        tree: {
          _type: 'column',
          align: 'start',
          children: [
            open('Show the delivery', 'example-delivery'),
            {
              _type: 'drawer',
              key: 'example-delivery',
              title: 'dlv_01J8 to crm.example.com',
              children: [
                {
                  _type: 'fact_list',
                  items: [
                    { label: 'Status', value: { _type: 'status', value: 'retrying' } },
                    { label: 'Attempts', value: 2 },
                    { label: 'Answer', value: '503 Service Unavailable' },
                  ],
                },
              ],
            },
          ],
        },
      },
      {
        title: 'Closed: nothing is seen',
        tree: { _type: 'drawer', key: 'example-shut', title: 'Closed', side: 'left', children: [] },
      },
    ],
  },
);
export type Drawer = Static<typeof drawer.schema>;

export const overlayEntry = component(
  'overlayEntry',
  'A child above the whole page, shown by the view alone. For what wants an answer, `dialog` is the better one.',
  {
    child: node(),
    showOverlay: Type.Optional(Type.Boolean({ default: true })),
    opaque: Type.Optional(Type.Boolean({ default: false, description: 'Hides the page beneath.' })),
    maintainState: Type.Optional(
      Type.Boolean({ default: false, description: 'Keeps the child while it is not shown.' }),
    ),
  },
  {
    examples: [
      { title: 'Not shown', tree: { _type: 'overlayEntry', showOverlay: false, child: 'Above all' } },
      {
        title: 'Not shown, and kept',
        tree: {
          _type: 'overlayEntry',
          showOverlay: false,
          maintainState: true,
          opaque: true,
          child: { _type: 'text', value: 'The shop is being counted until noon.' },
        },
      },
    ],
  },
);
export type OverlayEntry = Static<typeof overlayEntry.schema>;

const slide = (value: string, text: string) => ({
  _type: 'container',
  alignment: 'center',
  padding: 'md',
  constraints: { minHeight: 120 },
  decoration: { color: 'subtle', borderRadius: 8 },
  child: { _type: 'column', align: 'center', children: [{ _type: 'heading', value, level: 3 }, text] },
});

export const carousel = component(
  'carousel',
  'Children of which one is seen at a time, to be leafed through. It moves by itself only if asked to, never for people who want less motion, and stops for whoever points at it.',
  {
    children: nodes(),
    options: Type.Optional(
      Type.Object(
        {
          height: Type.Optional(Pixels(2_000)),
          aspectRatio: Type.Optional(Type.Number({ minimum: 0.2, maximum: 5 })),
          initialPage: Type.Optional(Type.Integer({ minimum: 0 })),
          autoPlay: Type.Optional(Type.Boolean({ default: false })),
          autoPlayInterval: Type.Optional(
            Type.Integer({ minimum: 2_000, maximum: 600_000, default: 6_000, description: 'Milliseconds.' }),
          ),
        },
        closed,
      ),
    ),
  },
  {
    examples: [
      {
        title: 'Three',
        tree: {
          _type: 'carousel',
          label: 'First steps',
          children: [
            slide('1. Receive', 'Create a webhook and send it a request.'),
            slide('2. Work', 'A listener runs and changes data.'),
            slide('3. Forward', 'A rule sends the event on.'),
          ],
        },
      },
      {
        title: 'One, of a set height',
        tree: {
          _type: 'carousel',
          label: 'Notice',
          options: { height: 140 },
          children: [slide('Closed', 'on Monday')],
        },
      },
    ],
  },
);
export type Carousel = Static<typeof carousel.schema>;
