/** What the management API may do with single event types, and with the settings of an environment's events. */
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import {
  MAX_EVENT_TYPES_PER_ENVIRONMENT,
  type EventSettings,
  type EventSettingsPatch,
  type EventType,
  type EventTypeCreate,
  type EventTypePatch,
} from '../../schemas/eventType.ts';
import type { Page, PageOf } from '../../schemas/list.ts';
import { DEFAULT_UNFIT_EVENTS, newDocument, viewOf, type EventTypeDocument } from './document.ts';
import { changeContent, makeContent } from './draft.ts';
import type { LiveCatalogue } from './live.ts';
import type { EventTypeFilter, EventTypeStore } from './store.ts';

export interface ManageEventTypesDeps {
  readonly store: Pick<
    EventTypeStore,
    'insert' | 'count' | 'get' | 'list' | 'replace' | 'remove' | 'settings' | 'setSettings'
  >;
  readonly live: Pick<LiveCatalogue, 'refresh'>;
  readonly clock: Clock;
}

const MAX_TRIES = 5;

export function createManageEventTypes({ store, live, clock }: ManageEventTypesDeps) {
  async function create(environmentId: number, input: EventTypeCreate): Promise<EventType> {
    const type = newDocument(environmentId, makeContent(input), new Date(clock.now()));
    if ((await store.count(environmentId)) >= MAX_EVENT_TYPES_PER_ENVIRONMENT) throw full(0);
    if (!(await store.insert(environmentId, type))) {
      throw new AppError('conflict', {
        detail: `There is an event type ${type.name} in this environment already; change it with PATCH.`,
        errors: [{ in: 'body', path: '/name', message: 'is in use' }],
      });
    }
    await live.refresh(environmentId, [type.name]);
    return viewOf(type);
  }

  async function list(environmentId: number, filter: EventTypeFilter, page: Page): Promise<PageOf<EventType>> {
    const { items, next } = await store.list(environmentId, filter, page);
    return { items: items.map(viewOf), next };
  }

  async function get(environmentId: number, name: string): Promise<EventType> {
    return viewOf(await mustFind(environmentId, name));
  }

  /** Reads, changes and writes, again from the start when somebody else wrote in between. */
  async function patch(environmentId: number, name: string, input: EventTypePatch): Promise<EventType> {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const read = await mustFind(environmentId, name);
      const next = { ...read, ...changeContent(read, input), updated_at: new Date(clock.now()) };
      if (await store.replace(environmentId, read, next)) {
        await live.refresh(environmentId, [name]);
        return viewOf(next);
      }
    }
    throw new AppError('conflict', { detail: 'The event type is being changed by others at this moment; try again.' });
  }

  async function remove(environmentId: number, name: string): Promise<void> {
    if (!(await store.remove(environmentId, name))) throw notFound(name);
    await live.refresh(environmentId, [name]);
  }

  async function getSettings(environmentId: number): Promise<EventSettings> {
    const found = (await store.settings()).find(({ _id }) => _id === environmentId);
    return { unfit_events: found?.unfit_events ?? DEFAULT_UNFIT_EVENTS };
  }

  async function patchSettings(environmentId: number, input: EventSettingsPatch): Promise<EventSettings> {
    await store.setSettings(environmentId, input);
    await live.refresh(environmentId);
    return getSettings(environmentId);
  }

  async function mustFind(environmentId: number, name: string): Promise<EventTypeDocument> {
    const found = await store.get(environmentId, name);
    if (found === null) throw notFound(name);
    return found;
  }

  return { create, list, get, patch, remove, getSettings, patchSettings };
}

/** `more` types were wanted at once. */
export function full(more: number): AppError {
  const wanted = more === 0 ? '' : ` and ${more} more do not fit`;
  return new AppError('conflict', {
    detail: `An environment may have ${MAX_EVENT_TYPES_PER_ENVIRONMENT} event types${wanted}; delete some first.`,
  });
}

function notFound(name: string): AppError {
  return new AppError('not_found', { detail: `There is no event type ${name} in this environment.` });
}
