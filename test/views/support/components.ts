/** A few components, so that these tests know exactly what fits. */
import { Type } from 'typebox';
import { component, data, event, node, nodes, type ComponentSpec } from '../../../server/schemas/components/base.ts';

const none = { examples: [] };
const all: readonly ComponentSpec[] = [
  component('text', 'Text.', { value: Type.String() }, none),
  component('column', 'One below another.', { children: nodes() }, none),
  component('card', 'A card.', { child: Type.Optional(node()), title: Type.Optional(Type.String()) }, none),
  component('button', 'A button.', { text: Type.String(), onPressed: Type.Optional(event()) }, none),
  component('json', 'Any JSON.', { value: data() }, none),
  component(
    'table',
    'Rows.',
    {
      order: Type.Array(Type.String()),
      rows: Type.Record(
        Type.String(),
        Type.Object({ cells: Type.Array(node()), onOpen: Type.Optional(event()) }, { additionalProperties: false }),
      ),
    },
    none,
  ),
];

export const components: ReadonlyMap<string, ComponentSpec> = new Map(all.map((spec) => [spec.type, spec]));
