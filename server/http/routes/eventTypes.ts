/** The catalogue of event types: single ones, packs, imports, and the settings of an environment's events. */
import { Type } from 'typebox';
import {
  EventSettings,
  EventSettingsPatch,
  EventType,
  EventTypeCreate,
  EventTypeImport,
  EventTypeListQuery,
  EventTypePack,
  EventTypePatch,
  EventTypesInstalled,
} from '../../schemas/eventType.ts';
import { eventTypeName } from '../../schemas/event.ts';
import { listOf, type Page, type PageOf } from '../../schemas/list.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';
import { removed } from './shared.ts';

export interface EventTypeFilter {
  readonly channel?: string;
  readonly pack?: string;
  readonly deprecated?: boolean;
}

/** The environment comes first in every call: there is no way to ask without it. */
export interface EventTypeManager {
  readonly create: (environmentId: number, input: EventTypeCreate) => Promise<EventType>;
  readonly list: (environmentId: number, filter: EventTypeFilter, page: Page) => Promise<PageOf<EventType>>;
  readonly get: (environmentId: number, name: string) => Promise<EventType>;
  readonly patch: (environmentId: number, name: string, change: EventTypePatch) => Promise<EventType>;
  readonly remove: (environmentId: number, name: string) => Promise<void>;
  readonly importDocument: (environmentId: number, input: EventTypeImport) => Promise<EventTypesInstalled>;
  readonly listPacks: (environmentId: number) => Promise<readonly EventTypePack[]>;
  readonly installPack: (environmentId: number, name: string) => Promise<EventTypesInstalled>;
  readonly getSettings: (environmentId: number) => Promise<EventSettings>;
  readonly patchSettings: (environmentId: number, change: EventSettingsPatch) => Promise<EventSettings>;
}

export interface EventTypeRouteDeps {
  readonly eventTypes: EventTypeManager;
  readonly list: Pager;
}

const NameParams = Type.Object({ name: eventTypeName });
const PackParams = Type.Object({ name: Type.String({ pattern: '^[a-z]+$', maxLength: 64 }) });
const tag = 'Event types';

/** The paths with a word of their own come before `:name`, which would take them. */
export function eventTypeRoutes({ eventTypes, list }: EventTypeRouteDeps): readonly Route[] {
  return [
    ...wholeRoutes(eventTypes, list),
    ...packRoutes(eventTypes),
    ...singleRoutes(eventTypes),
    ...settingsRoutes(eventTypes),
  ];
}

function wholeRoutes(eventTypes: EventTypeManager, list: Pager): readonly Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/app/event-types',
      summary: 'Make an event type',
      description:
        'Events of this type must fit its schema from now on. Each example is checked against the schema here already.',
      tag,
      auth: 'write',
      body: EventTypeCreate,
      example: {
        name: 'invoices.approved',
        description: 'An invoice was approved.',
        schema: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
        examples: [{ id: 1 }],
      },
      responses: { 201: { description: 'Made.', schema: EventType } },
      errors: ['invalid_schema', 'conflict'],
      handle: async ({ access, body }) => ({ status: 201, body: await eventTypes.create(access.environmentId, body) }),
    }),
    defineRoute({
      method: 'get',
      path: '/app/event-types',
      summary: 'List event types',
      tag,
      auth: 'read',
      query: EventTypeListQuery,
      responses: { 200: { description: 'Event types, by name.', schema: listOf(EventType) } },
      handle: ({ access: { environmentId }, query }) => {
        const { limit: _limit, cursor: _cursor, ...filter } = query;
        const request = { environmentId, route: '/app/event-types', query };
        return list(request, (page) => eventTypes.list(environmentId, filter, page));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/app/event-types/import',
      summary: 'Import event types from OpenAPI',
      description:
        'Each webhook of an OpenAPI 3.1 document becomes an event type of its name, with the schema of its JSON body; of a `{ type, timestamp, data }` body that of `data`. What the document does not say of a type that is there already stays: its channel, description, and the examples that still fit. Ten examples are taken at most. With one fault nothing is stored.',
      tag,
      auth: 'write',
      body: EventTypeImport,
      example: {
        document: {
          openapi: '3.1.0',
          info: { title: 'A shop', version: '1' },
          webhooks: {
            'orders.shipped': {
              post: {
                summary: 'An order left the warehouse.',
                requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
              },
            },
          },
        },
        dry_run: true,
      },
      responses: { 200: { description: 'What was done, or would be.', schema: EventTypesInstalled } },
      errors: ['conflict'],
      handle: async ({ access, body }) => ({
        status: 200,
        body: await eventTypes.importDocument(access.environmentId, body),
      }),
    }),
  ];
}

function packRoutes(eventTypes: EventTypeManager): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/app/event-types/packs',
      summary: 'List the packs of event types',
      description: 'A pack counts as installed while any of its types is there.',
      tag,
      auth: 'read',
      responses: { 200: { description: 'All packs, on one page.', schema: listOf(EventTypePack) } },
      handle: async ({ access }) => ({
        status: 200,
        body: { data: await eventTypes.listPacks(access.environmentId), next_cursor: null },
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/event-types/packs/:name',
      summary: 'Install a pack of event types',
      description:
        'May be repeated: types that were deleted come back, types that were changed by hand or made by somebody are left alone and reported as unchanged.',
      tag,
      auth: 'write',
      params: PackParams,
      responses: { 200: { description: 'What was done.', schema: EventTypesInstalled } },
      errors: ['conflict'],
      handle: async ({ access, params }) => ({
        status: 200,
        body: await eventTypes.installPack(access.environmentId, params.name),
      }),
    }),
  ];
}

function singleRoutes(eventTypes: EventTypeManager): readonly Route[] {
  const one = { description: 'The event type.', schema: EventType };
  return [
    defineRoute({
      method: 'get',
      path: '/app/event-types/:name',
      summary: 'Get an event type',
      tag,
      auth: 'read',
      params: NameParams,
      responses: { 200: one },
      handle: async ({ access, params }) => ({
        status: 200,
        body: await eventTypes.get(access.environmentId, params.name),
      }),
    }),
    defineRoute({
      method: 'patch',
      path: '/app/event-types/:name',
      summary: 'Change an event type',
      description: 'Members left out stay as they are; examples of before must fit a new schema, or be sent with it.',
      tag,
      auth: 'write',
      params: NameParams,
      body: EventTypePatch,
      example: { deprecated: true },
      responses: { 200: one },
      errors: ['invalid_schema', 'conflict'],
      handle: async ({ access, params, body }) => ({
        status: 200,
        body: await eventTypes.patch(access.environmentId, params.name, body),
      }),
    }),
    defineRoute({
      method: 'delete',
      path: '/app/event-types/:name',
      summary: 'Delete an event type',
      description: 'Events of that name may still be published, and are not checked any more. Stored events stay.',
      tag,
      auth: 'write',
      params: NameParams,
      responses: { 204: { description: 'Deleted.' } },
      handle: ({ access, params }) => removed(eventTypes.remove(access.environmentId, params.name)),
    }),
  ];
}

function settingsRoutes(eventTypes: EventTypeManager): readonly Route[] {
  const settings = { description: 'The settings.', schema: EventSettings };
  return [
    defineRoute({
      method: 'get',
      path: '/app/event-settings',
      summary: 'Get the settings of events',
      tag,
      auth: 'read',
      responses: { 200: settings },
      handle: async ({ access }) => ({ status: 200, body: await eventTypes.getSettings(access.environmentId) }),
    }),
    defineRoute({
      method: 'patch',
      path: '/app/event-settings',
      summary: 'Change the settings of events',
      tag,
      auth: 'write',
      body: EventSettingsPatch,
      example: { unfit_events: 'flag' },
      responses: { 200: settings },
      handle: async ({ access, body }) => ({
        status: 200,
        body: await eventTypes.patchSettings(access.environmentId, body),
      }),
    }),
  ];
}
