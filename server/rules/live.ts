/**
 * Every rule of every environment, ready, in memory. A change of this process is applied at once; those of others are
 * seen within a second, by one small read that says whether there was any. A rule that cannot be used is here too, as
 * a disabled one, so that its deliveries wait and are not taken for those of a deleted rule.
 */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Sealer } from '../lib/sealed.ts';
import { environmentNamed } from '../schemas/app.ts';
import type { Event } from '../schemas/event.ts';
import type { RuleDocument } from './document.ts';
import { makeReady } from './makeReady.ts';
import { createRuleIndex, type RuleIndex } from './match.ts';
import type { ReadyRule } from './ready.ts';
import type { RuleStore } from './store.ts';

export interface LiveRulesDeps {
  readonly store: Pick<RuleStore, 'changes' | 'versions' | 'byIds'>;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  readonly everyMs?: number;
}

export interface LiveRules {
  /** The enabled rules of the event's environment that take it, in the order of their ids. */
  readonly match: (event: Event) => readonly ReadyRule[];
  /** Any rule that is not deleted. */
  readonly get: (ruleId: string) => ReadyRule | undefined;
  readonly all: () => Iterable<ReadyRule>;
  /** To be called after every write of this process. */
  readonly apply: (rule: RuleDocument) => void;
  readonly drop: (ruleId: string) => void;
  /** Called after a rule came, changed or went, with its id. */
  readonly onChange: (listen: (ruleId: string) => void) => void;
  /** Looks at the database now. */
  readonly refresh: () => Promise<void>;
  /** Resolves when all rules are loaded. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const EVERY_MS = 1_000;
/** All versions are compared so often although nothing was announced: a process may die between change and announcement. */
const FULL_LOOK_MS = 5 * 60_000;
const BATCH = 500;

interface Known {
  readonly version: number;
  readonly rule: ReadyRule;
}

export function createLiveRules({ store, sealer, clock, log, everyMs = EVERY_MS }: LiveRulesDeps): LiveRules {
  const known = new Map<string, Known>();
  const indexes = new Map<number, RuleIndex<ReadyRule>>();
  const listeners: ((ruleId: string) => void)[] = [];
  /**
   * Changed by this process since the last look at the database began. The look that goes on may still see them as they
   * were and leaves them alone; the next one makes sure of them, as two changes may have been applied out of turn.
   */
  const touched = new Set<string>();
  let seenChanges = -1;
  let fullLookAtMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let looking: Promise<void> | undefined;

  function indexOf(environmentId: number): RuleIndex<ReadyRule> {
    let index = indexes.get(environmentId);
    if (index === undefined) indexes.set(environmentId, (index = createRuleIndex()));
    return index;
  }

  function put(document: RuleDocument): void {
    if ((known.get(document._id)?.version ?? -1) >= document.version) return;
    const { rule, equalities } = makeReady(document, { sealer, log });
    known.set(rule.id, { version: document.version, rule });
    if (rule.isEnabled) indexOf(rule.environmentId).add(rule, equalities);
    else indexOf(rule.environmentId).remove(rule.id);
    tell(rule.id);
  }

  function take(id: string): void {
    const before = known.get(id);
    if (before === undefined) return;
    known.delete(id);
    indexOf(before.rule.environmentId).remove(id);
    tell(id);
  }

  function tell(id: string): void {
    for (const listen of listeners) listen(id);
  }

  async function look(): Promise<void> {
    const { count, recent } = await store.changes();
    const mine = [...touched];
    const missed = count - seenChanges;
    const isFull = seenChanges < 0 || missed < 0 || missed > recent.length || clock.now() >= fullLookAtMs;
    if (!isFull && missed === 0 && mine.length === 0) return;
    touched.clear();
    try {
      if (isFull) await lookAtAll();
      else await lookAt([...new Set([...mine, ...recent.slice(recent.length - missed)])]);
    } catch (error) {
      for (const id of mine) touched.add(id);
      throw error;
    }
    if (isFull) fullLookAtMs = clock.now() + FULL_LOOK_MS;
    seenChanges = count;
  }

  async function lookAtAll(): Promise<void> {
    const versions = await store.versions();
    const isStale = (id: string) => known.get(id)?.version !== versions.get(id);
    await lookAt([...new Set([...versions.keys(), ...known.keys()])].filter(isStale));
  }

  async function lookAt(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += BATCH) {
      const some = ids.slice(at, at + BATCH);
      const documents = await store.byIds(some);
      const there = new Set(documents.map(({ _id }) => _id));
      for (const document of documents) if (!touched.has(document._id)) put(document);
      for (const id of some) if (!there.has(id) && !touched.has(id)) take(id);
    }
  }

  /** One look at a time; whoever asks during one gets another after it, which sees what he knows of. */
  async function refresh(): Promise<void> {
    while (looking !== undefined) await looking.catch(() => undefined);
    looking = look().finally(() => {
      looking = undefined;
    });
    await looking;
  }

  async function tick(): Promise<void> {
    try {
      await refresh();
    } catch (error) {
      log.warn({ err: error }, 'rules.refresh_failed');
    }
    schedule();
  }

  function schedule(): void {
    if (isStopped) return;
    timer = setTimeout(() => void tick(), everyMs);
    timer.unref();
  }

  return {
    match: (event) => indexes.get(environmentNamed(event.environment).id)?.match(event) ?? [],
    get: (ruleId) => known.get(ruleId)?.rule,
    *all() {
      for (const { rule } of known.values()) yield rule;
    },
    apply(document) {
      touched.add(document._id);
      put(document);
    },
    drop(ruleId) {
      touched.add(ruleId);
      take(ruleId);
    },
    onChange: (listen) => void listeners.push(listen),
    refresh,
    async start() {
      await refresh();
      schedule();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking?.catch(() => undefined);
    },
  };
}
