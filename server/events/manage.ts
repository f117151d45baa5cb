/** What people and programs may do with events: publish one or many, list them and look at one. */
import { AppError } from '../lib/errors.ts';
import { createParser } from '../lib/schema.ts';
import {
  EventCreate,
  type Event,
  type EventAccepted,
  type EventBatchResult,
  type EventListQuery,
} from '../schemas/event.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import { viewOf, type NewEvent, type Publish } from './document.ts';
import type { EventStore } from './store.ts';

export interface ManageEventsDeps {
  readonly publish: Publish;
  readonly store: Pick<EventStore, 'get' | 'list'>;
}

export function createManageEvents({ publish, store }: ManageEventsDeps) {
  const parseItem = createParser(EventCreate, 'body');

  async function create(environmentId: number, input: EventCreate): Promise<EventAccepted> {
    const { id, isDuplicate, rules } = await publish(newEventOf(environmentId, input));
    return { id, type: input.type, duplicate: isDuplicate, rules: [...rules] };
  }

  async function createOneOf(environmentId: number, item: unknown): Promise<EventBatchResult['results'][number]> {
    try {
      const { id, duplicate, rules } = await create(environmentId, parseItem(item));
      return { status: 202, id, duplicate, rules };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const errors = error.options.errors?.map(({ path, message }) => ({ path, message }));
      return {
        status: error.status,
        error: { code: error.code, detail: error.message, ...(errors && { errors }) },
      };
    }
  }

  return {
    create,

    /** Each item on its own merits, answered at its own place. */
    createMany: async (environmentId: number, items: readonly unknown[]): Promise<EventBatchResult> => ({
      results: await Promise.all(items.map((item) => createOneOf(environmentId, item))),
    }),

    list: async (
      environmentId: number,
      { since, until, ...filter }: Omit<EventListQuery, 'limit' | 'cursor'>,
      page: Page,
    ): Promise<PageOf<Event>> => {
      const range = {
        ...(since !== undefined && { since: timeOf(since) }),
        ...(until !== undefined && { until: timeOf(until) }),
      };
      const { items, next } = await store.list(environmentId, { ...filter, ...range }, page);
      return { items: items.map(viewOf), next };
    },

    async get(environmentId: number, id: string): Promise<Event> {
      const document = await store.get(environmentId, id);
      if (document === null) throw new AppError('not_found', { detail: `There is no event ${id}.` });
      return viewOf(document);
    },
  };
}

function newEventOf(environmentId: number, input: EventCreate): NewEvent {
  const { type, data, occurred_at: occurredAt, tenant_id: tenantId, idempotency_key: idempotencyKey } = input;
  return {
    environmentId,
    type,
    data,
    source: { type: 'api' },
    ...(occurredAt !== undefined && { occurredAt: timeOf(occurredAt) }),
    ...(tenantId !== undefined && { tenantId }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
}

/** Formats pass times such as a 61st second, which are none. */
function timeOf(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new AppError('invalid_input', { detail: `${JSON.stringify(text)} is not a point in time.` });
  }
  return time;
}
