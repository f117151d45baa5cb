/** An OpenAPI 3.1 document as a shop would publish it, with most ways in which a webhook can be written down. */
import type { JsonObject } from '../../../../server/schemas/json.ts';

const envelope = {
  type: 'object',
  required: ['type', 'timestamp', 'data'],
  properties: { type: { type: 'string' }, timestamp: { type: 'string', format: 'date-time' } },
};

export const shopDocument: JsonObject = {
  openapi: '3.1.0',
  info: { title: 'Kafui Shop', version: '2.4.0', description: 'Orders and stock.' },
  paths: {},
  tags: [{ name: 'stock' }],
  webhooks: {
    'orders.placed': {
      post: {
        summary: 'Order placed',
        description: 'A customer placed an order.',
        tags: ['Orders'],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['type', 'timestamp', 'data'],
                properties: {
                  type: { type: 'string', const: 'orders.placed' },
                  timestamp: { type: 'string', format: 'date-time' },
                  data: { $ref: '#/components/schemas/Order' },
                },
              },
              examples: {
                small: {
                  summary: 'Two crates',
                  value: {
                    type: 'orders.placed',
                    timestamp: '2026-01-15T10:42:18Z',
                    data: { id: 'ord_1', total: 41.5, lines: [{ sku: 'TLP-10', quantity: 2 }] },
                  },
                },
              },
            },
          },
        },
        responses: { '204': { description: 'Taken.' } },
      },
    },
    'orders.shipped': { $ref: '#/components/pathItems/Shipped' },
    stockLow: {
      post: {
        summary: 'Stock is low.',
        tags: ['Low stock!', 'stock'],
        requestBody: {
          content: {
            'application/json; charset=utf-8': {
              schema: {
                type: 'object',
                properties: { sku: { $ref: '#/components/schemas/Line/properties/sku' }, left: { type: 'integer' } },
                examples: [{ sku: 'TLP-10', left: 3 }],
              },
            },
          },
        },
        responses: { '204': { description: 'Taken.' } },
      },
    },
    ping: { post: { responses: { '204': { description: 'Taken.' } } } },
  },
  components: {
    pathItems: {
      Shipped: {
        post: {
          description: 'Handed to the carrier.',
          deprecated: true,
          requestBody: { $ref: '#/components/requestBodies/Shipped' },
          responses: { '204': { description: 'Taken.' } },
        },
      },
    },
    requestBodies: {
      Shipped: {
        content: {
          'application/json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Envelope' },
                {
                  properties: {
                    data: {
                      type: 'object',
                      required: ['order_id', 'carrier'],
                      properties: { order_id: { type: 'string' }, carrier: { type: 'string' } },
                    },
                  },
                },
              ],
            },
            examples: { one: { $ref: '#/components/examples/shipped' } },
          },
        },
      },
    },
    examples: {
      shipped: {
        value: {
          type: 'orders.shipped',
          timestamp: '2026-01-16T08:00:00Z',
          data: { order_id: 'ord_1', carrier: 'DHL' },
        },
      },
    },
    schemas: {
      Envelope: envelope,
      Order: {
        type: 'object',
        required: ['id', 'total', 'lines'],
        properties: {
          id: { type: 'string', example: 'ord_9' },
          total: { type: 'number', format: 'double' },
          lines: { type: 'array', items: { $ref: '#/components/schemas/Line' } },
        },
        externalDocs: { url: 'https://shop.example/docs/orders' },
      },
      Line: {
        type: 'object',
        required: ['sku', 'quantity'],
        'x-order': 2,
        properties: {
          sku: { type: 'string', pattern: '^[A-Z]+-[0-9]+$' },
          quantity: { type: 'integer', minimum: 1 },
          same: { $ref: '#/components/schemas/Line/properties/sku' },
          category: { $ref: '#/components/schemas/Category' },
        },
      },
      Category: {
        type: 'object',
        properties: { name: { type: 'string' }, parent: { $ref: '#/components/schemas/Category' } },
      },
    },
  },
};
