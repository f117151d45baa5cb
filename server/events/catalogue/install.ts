/**
 * Puts many event types into an environment at once, those of a pack or of an import. May run twice and at the same
 * time as another: what is there and says the same is left as it is, and a write that somebody else overtook is
 * planned again.
 */
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { MAX_EVENT_TYPES_PER_ENVIRONMENT, type EventTypesInstalled } from '../../schemas/eventType.ts';
import { digestOf, newDocument, type EventTypeContent, type EventTypeDocument } from './document.ts';
import type { LiveCatalogue } from './live.ts';
import { full } from './manage.ts';
import type { Change, EventTypeStore } from './store.ts';

export interface InstallDeps {
  readonly store: Pick<EventTypeStore, 'some' | 'count' | 'write'>;
  readonly live: Pick<LiveCatalogue, 'refresh'>;
  readonly clock: Clock;
}

export interface WantedType {
  readonly name: string;
  /** What the type is to say, given what is there; `keep` leaves that alone. */
  readonly contentFor: (there: EventTypeDocument | undefined) => EventTypeContent | 'keep';
}

export interface InstallOptions {
  readonly pack?: string;
  readonly isDryRun?: boolean;
}

export type Install = (
  environmentId: number,
  wanted: readonly WantedType[],
  options?: InstallOptions,
) => Promise<EventTypesInstalled>;

type Outcome = keyof EventTypesInstalled;

const MAX_TRIES = 5;

export function createInstall({ store, live, clock }: InstallDeps): Install {
  async function plan(environmentId: number, wanted: readonly WantedType[], pack: string | undefined) {
    const names = wanted.map(({ name }) => name);
    const there = new Map((await store.some(environmentId, names)).map((type) => [type.name, type]));
    const now = new Date(clock.now());
    const inserts: EventTypeDocument[] = [];
    const changes: Change[] = [];
    const outcomes = new Map<string, Outcome>();
    for (const { name, contentFor } of wanted) {
      const read = there.get(name);
      const content = contentFor(read);
      if (content === 'keep' || (read !== undefined && digestOf(read) === digestOf(content))) {
        outcomes.set(name, 'unchanged');
      } else if (read === undefined) {
        outcomes.set(name, 'created');
        inserts.push(newDocument(environmentId, { name, ...content }, now, pack));
      } else {
        outcomes.set(name, 'updated');
        const origin = pack === undefined ? {} : { pack, pack_digest: digestOf(content) };
        changes.push({ read, next: { ...read, ...content, ...origin, updated_at: now } });
      }
    }
    return { inserts, changes, outcomes };
  }

  return async function install(environmentId, wanted, { pack, isDryRun = false } = {}) {
    const done = new Map<string, Outcome>();
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const { inserts, changes, outcomes } = await plan(environmentId, wanted, pack);
      // Of a second try, what the first one did is already there: it was created all the same.
      for (const [name, outcome] of outcomes)
        if ((done.get(name) ?? 'unchanged') === 'unchanged') done.set(name, outcome);
      await checkRoom(environmentId, inserts.length);
      if (isDryRun || (await write(environmentId, inserts, changes))) return summaryOf(done);
    }
    throw new AppError('conflict', {
      detail: 'The event types are being changed by others at this moment; try again.',
    });
  };

  async function write(environmentId: number, inserts: readonly EventTypeDocument[], changes: readonly Change[]) {
    if (inserts.length + changes.length === 0) return true;
    const isComplete = await store.write(environmentId, inserts, changes);
    await live.refresh(
      environmentId,
      [...inserts, ...changes.map(({ read }) => read)].map(({ name }) => name),
    );
    return isComplete;
  }

  async function checkRoom(environmentId: number, more: number): Promise<void> {
    if (more === 0) return;
    const excess = (await store.count(environmentId)) + more - MAX_EVENT_TYPES_PER_ENVIRONMENT;
    if (excess > 0) throw full(excess);
  }
}

function summaryOf(outcomes: ReadonlyMap<string, Outcome>): EventTypesInstalled {
  const those = (wanted: Outcome) => [...outcomes].filter(([, outcome]) => outcome === wanted).map(([name]) => name);
  return { created: those('created'), updated: those('updated'), unchanged: those('unchanged') };
}
