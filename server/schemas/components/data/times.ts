/** What happened when: spans beside one another, events below one another, phases of one request. */
import { Type, type Static } from 'typebox';
import { Tone, component, event } from '../base.ts';
import { StatusName } from '../state/status.ts';

const closed = { additionalProperties: false };
const Moment = Type.Union([Type.String({ maxLength: 40 }), Type.Number()], {
  description: 'ISO 8601, or milliseconds since 1970.',
});
const Id = Type.String({ minLength: 1, maxLength: 200 });

const Span = Type.Object(
  {
    id: Id,
    lane: Type.String({ maxLength: 200, description: 'Spans of one lane stand in one line.' }),
    start: Moment,
    end: Type.Optional(Type.Union([Moment, Type.Null()], { description: 'Null while it goes on.' })),
    text: Type.Optional(Type.String({ maxLength: 200 })),
    kind: Type.Optional(Type.String({ maxLength: 100, description: 'Such as `waiting` or `running`: a word for it.' })),
    status: Type.Optional(StatusName),
  },
  closed,
);
export type Span = Static<typeof Span>;

const TimelineItem = Type.Object(
  {
    id: Type.Optional(Id),
    at: Type.Optional(Moment),
    title: Type.String({ maxLength: 500 }),
    text: Type.Optional(Type.String()),
    tone: Type.Optional(Tone),
  },
  closed,
);
export type TimelineItem = Static<typeof TimelineItem>;

export const timeline = component(
  'timeline',
  'Either `spans`, drawn as bars in lanes over one axis of time, or `items`, events below one another.',
  {
    spans: Type.Optional(Type.Array(Span, { maxItems: 2_000 })),
    items: Type.Optional(Type.Array(TimelineItem, { maxItems: 2_000 })),
    selected: Type.Optional(Id),
    onSelect: Type.Optional(event()),
  },
  {
    events: { onSelect: '{ value: string }: the span’s or item’s id' },
    examples: [
      {
        title: 'A webhook, its run and what was sent',
        tree: {
          _type: 'timeline',
          label: 'What followed from charge.succeeded',
          selected: 'run',
          onSelect: { _type: 'action', action: 'set_query', query: { span: '$value' } },
          spans: [
            {
              id: 'in',
              lane: 'Webhook',
              start: 1774086067100,
              end: 1774086067112,
              text: 'received',
              status: 'succeeded',
            },
            { id: 'wait', lane: 'Run', start: 1774086067112, end: 1774086067180, text: 'waiting', status: 'queued' },
            {
              id: 'run',
              lane: 'Run',
              start: 1774086067180,
              end: 1774086067420,
              text: 'orderPaid',
              status: 'succeeded',
            },
            {
              id: 'a1',
              lane: 'crm.example.com',
              start: 1774086067430,
              end: 1774086067900,
              text: '503',
              status: 'failed',
            },
            {
              id: 'a2',
              lane: 'crm.example.com',
              start: 1774086068200,
              end: 1774086068290,
              text: '200',
              status: 'delivered',
            },
            { id: 'b1', lane: 'mail.example.com', start: 1774086067430, end: null, text: 'sending', status: 'sending' },
          ],
        },
      },
      {
        title: 'History of an order',
        tree: {
          _type: 'timeline',
          label: 'History',
          items: [
            { id: '4', at: '2026-03-21T10:02:00Z', title: 'Sent', text: 'DHL 00340434161094042557', tone: 'success' },
            { id: '3', at: '2026-03-21T09:41:07Z', title: 'Paid', text: '€ 1,249.00 by card', tone: 'success' },
            { id: '2', at: '2026-03-21T09:40:12Z', title: 'Card refused', text: 'insufficient_funds', tone: 'error' },
            { id: '1', at: '2026-03-21T09:39:55Z', title: 'Placed by Ada Lovelace' },
          ],
        },
      },
      { title: 'Nothing happened', tree: { _type: 'timeline', label: 'History', items: [] } },
    ],
  },
);
export type Timeline = Static<typeof timeline.schema>;

const Phase = Type.Object(
  {
    name: Type.String({ maxLength: 100 }),
    ms: Type.Number({ minimum: 0 }),
    startMs: Type.Optional(Type.Number({ minimum: 0, description: 'Unless said, when the one before ends.' })),
    tone: Type.Optional(Tone),
  },
  closed,
);
export type Phase = Static<typeof Phase>;

export const waterfall = component(
  'waterfall',
  'Where the time of one request went, phase by phase.',
  { phases: Type.Array(Phase, { maxItems: 100 }) },
  {
    examples: [
      {
        title: 'A delivery',
        tree: {
          _type: 'waterfall',
          label: 'Attempt 1 to crm.example.com',
          phases: [
            { name: 'Looking up the name', ms: 12.4 },
            { name: 'Connecting', ms: 31 },
            { name: 'TLS', ms: 58.2 },
            { name: 'Sending', ms: 1.1 },
            { name: 'Waiting for the answer', ms: 244.6, tone: 'warning' },
            { name: 'Reading the answer', ms: 3.9 },
          ],
        },
      },
      {
        title: 'At the same time',
        tree: {
          _type: 'waterfall',
          phases: [
            { name: 'orders', startMs: 0, ms: 4 },
            { name: 'customers', startMs: 0, ms: 9 },
            { name: 'render', startMs: 9, ms: 2 },
          ],
        },
      },
    ],
  },
);
export type Waterfall = Static<typeof waterfall.schema>;
