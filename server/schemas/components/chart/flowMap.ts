/** What leads to what: columns of nodes, and the ways between them. */
import { Type, type Static } from 'typebox';
import { component, event } from '../base.ts';
import { StatusName } from '../state/status.ts';

const closed = { additionalProperties: false };
const Id = Type.String({ minLength: 1, maxLength: 200 });

const FlowColumn = Type.Object({ id: Id, title: Type.String({ maxLength: 100 }) }, closed);
const FlowNode = Type.Object(
  {
    id: Id,
    column: Id,
    title: Type.String({ maxLength: 200 }),
    text: Type.Optional(Type.String({ maxLength: 200 })),
    rate: Type.Optional(Type.String({ maxLength: 40, description: 'How much passes: `12 / min`.' })),
    status: Type.Optional(StatusName),
    to: Type.Optional(Type.String({ maxLength: 2_000, description: 'Where it leads.' })),
  },
  closed,
);
export type FlowNode = Static<typeof FlowNode>;

const FlowEdge = Type.Object(
  {
    from: Id,
    to: Id,
    weight: Type.Optional(Type.Number({ minimum: 0, description: 'Its share, which makes it thicker.' })),
    status: Type.Optional(StatusName),
  },
  closed,
);
export type FlowEdge = Static<typeof FlowEdge>;

export const flowMap = component(
  'flow_map',
  'What leads to what, from left to right. The same is there as a table; on a phone that is what is shown.',
  {
    columns: Type.Array(FlowColumn, { minItems: 1, maxItems: 12 }),
    nodes: Type.Array(FlowNode, { maxItems: 500 }),
    edges: Type.Array(FlowEdge, { maxItems: 2_000 }),
    onSelect: Type.Optional(event('A node without `to` was pressed.')),
  },
  {
    events: { onSelect: '{ value: string }: the node’s id' },
    examples: [
      {
        title: 'From webhooks to what is sent',
        tree: {
          _type: 'flow_map',
          label: 'How things flow',
          columns: [
            { id: 'in', title: 'Webhooks' },
            { id: 'work', title: 'Listeners' },
            { id: 'event', title: 'Events' },
            { id: 'out', title: 'Endpoints' },
          ],
          nodes: [
            {
              id: 'shop',
              column: 'in',
              title: 'Shop orders',
              rate: '12 / min',
              status: 'running',
              to: '/webhooks/shop',
            },
            {
              id: 'stripe',
              column: 'in',
              title: 'Stripe',
              rate: '4 / min',
              status: 'succeeded',
              to: '/webhooks/stripe',
            },
            { id: 'orderPaid', column: 'work', title: 'orderPaid', rate: '4 / min', status: 'succeeded' },
            { id: 'importOrder', column: 'work', title: 'importOrder', rate: '12 / min', status: 'running' },
            { id: 'paid', column: 'event', title: 'orders.paid' },
            { id: 'created', column: 'event', title: 'orders.created' },
            {
              id: 'crm',
              column: 'out',
              title: 'crm.example.com',
              text: '2 rules',
              rate: '15 / min',
              status: 'retrying',
            },
            { id: 'mail', column: 'out', title: 'mail.example.com', text: '1 rule', rate: '4 / min', status: 'dead' },
          ],
          edges: [
            { from: 'shop', to: 'importOrder', weight: 12 },
            { from: 'stripe', to: 'orderPaid', weight: 4 },
            { from: 'importOrder', to: 'created', weight: 12 },
            { from: 'orderPaid', to: 'paid', weight: 4 },
            { from: 'created', to: 'crm', weight: 12, status: 'retrying' },
            { from: 'paid', to: 'crm', weight: 3 },
            { from: 'paid', to: 'mail', weight: 4, status: 'dead' },
          ],
          onSelect: { _type: 'action', action: 'set_query', query: { node: '$value' } },
        },
      },
      {
        title: 'Nothing is connected',
        tree: {
          _type: 'flow_map',
          columns: [
            { id: 'in', title: 'Webhooks' },
            { id: 'work', title: 'Listeners' },
          ],
          nodes: [{ id: 'hello', column: 'work', title: 'hello' }],
          edges: [],
        },
      },
    ],
  },
);
export type FlowMap = Static<typeof flowMap.schema>;
