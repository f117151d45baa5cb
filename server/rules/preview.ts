/**
 * Tells of a rule that is not saved yet what it would do: which events it takes and why not the others, and the very
 * requests it would send. The rule is made, compiled and rendered by the same code that is used for saved ones.
 */
import type { Render } from '../deliveries/sending/render.ts';
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { environmentName } from '../schemas/app.ts';
import type { Event } from '../schemas/event.ts';
import type { JsonObject } from '../schemas/json.ts';
import {
  DEFAULT_PREVIEW_LAST,
  type PreviewEvent,
  type PreviewResult,
  type RulePreview,
  type RulePreviewCreate,
} from '../schemas/rulePreview.ts';
import type { RuleDocument } from './document.ts';
import { createDrafts, type DraftDeps } from './draft.ts';
import { compileFilter } from './filter.ts';
import { invalid } from './invalid.ts';
import { makeReady } from './makeReady.ts';
import { createPreviewEvent, type DraftRule } from './previewEvent.ts';
import type { ReadyRule } from './ready.ts';
import type { RuleStore } from './store.ts';

export interface PreviewDeps extends DraftDeps {
  readonly store: Pick<RuleStore, 'get'>;
  readonly log: Pick<Logger, 'error'>;
  /** The newest first. */
  readonly recentEvents: (environmentId: number, limit: number) => Promise<readonly Event[]>;
  readonly render: Render;
  /** For all transforms of one preview together. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** As many as there are threads for expressions. */
const AT_A_TIME = 4;

export function createPreviewRule(deps: PreviewDeps) {
  const { store, recentEvents, render, sealer, clock, log, newId, timeoutMs = TIMEOUT_MS } = deps;
  const drafts = createDrafts(deps);

  return async function preview(environmentId: number, input: RulePreviewCreate): Promise<RulePreview> {
    const { document, stored, signedWith } = await draftOf(environmentId, input);
    const draft: DraftRule = {
      rule: ready(document),
      filter: compileFilter(document.filter === null ? null : (JSON.parse(document.filter) as JsonObject)),
    };
    const before = stored === null ? null : ready(stored);
    const events =
      input.events?.map((event) => whole(event, environmentId)) ??
      (await recentEvents(environmentId, input.last ?? DEFAULT_PREVIEW_LAST));
    const signal = AbortSignal.timeout(timeoutMs);
    const previewEvent = createPreviewEvent({ draft, before, render, nowMs: clock.now(), signal });
    const seen = await mapSome(events, AT_A_TIME, previewEvent);
    const ids = (change: 'more' | 'fewer') => {
      const changed = seen.filter((each) => each.change === change).map(({ result }) => result.event.id);
      return { count: changed.length, events: changed };
    };
    const results: PreviewResult[] = seen.map(({ result }) => result);
    return {
      looked_at: events.length,
      matched: results.filter(({ matched }) => matched).length,
      signed_with: signedWith,
      change: before === null ? null : { more: ids('more'), fewer: ids('fewer') },
      results,
    };
  };

  async function draftOf(environmentId: number, { rule_id: id, rule: input = {} }: RulePreviewCreate) {
    if (id === undefined) {
      const { events, target } = input;
      if (events === undefined) throw invalid('/rule/events', 'is required for a rule that is not stored');
      if (target === undefined) throw invalid('/rule/target', 'is required for a rule that is not stored');
      const made = inRule(() => drafts.make(environmentId, { ...input, events, target }));
      const key =
        input.secret === undefined ? { key: 'throwaway' as const, secret: made.secret } : { key: 'given' as const };
      return { document: made.rule, stored: null, signedWith: key };
    }
    const stored = await store.get(environmentId, id);
    if (stored === null) throw new AppError('not_found', { detail: `There is no rule ${id} in this environment.` });
    const { secret, signing, ...change } = input;
    if (secret !== undefined || signing !== undefined) {
      throw invalid(secret === undefined ? '/rule/signing' : '/rule/secret', 'changes by a rotation only');
    }
    const document = inRule(() => drafts.change(stored, change));
    return { document, stored, signedWith: { key: 'rule' as const } };
  }

  function ready(document: RuleDocument): ReadyRule {
    const { rule } = makeReady(document, { sealer, log });
    if (rule.unusable !== undefined) throw new AppError('conflict', { detail: rule.unusable });
    return rule;
  }

  function whole(event: PreviewEvent, environmentId: number): Event {
    const now = new Date(clock.now()).toISOString();
    return {
      id: newId('evt'),
      occurred_at: now,
      source: { type: 'api' },
      created_at: now,
      ...event,
      environment: environmentName(environmentId),
    };
  }
}

/** A refusal of the draft names places in it; here it stands under `rule`. */
function inRule<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const errors = error.options.errors?.map((fault) => ({ ...fault, path: `/rule${fault.path}` }));
    const detail = error.message.replace('The body at /', 'The body at /rule/');
    throw new AppError(error.code, { ...error.options, detail, ...(errors && { errors }) });
  }
}

/** In their order, at most so many at a time. */
async function mapSome<T, R>(items: readonly T[], atATime: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  async function lane(): Promise<void> {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!);
  }
  await Promise.all(Array.from({ length: atATime }, lane));
  return results;
}
