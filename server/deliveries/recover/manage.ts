/**
 * What people may do with recoveries. A rule has at most one that is not at its end: two at a time would send the same
 * events twice.
 */
import { DuplicateKeyError } from '../../db/commands.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { NewId } from '../../lib/ids.ts';
import { QUEUE_PLACE } from '../../queue/entry.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import type { Recovery, RecoveryCreate, RecoveryPreview } from '../../schemas/delivery.ts';
import type { Page, PageOf } from '../../schemas/list.ts';
import type { FindRule } from '../resend.ts';
import { RECOVERY_LANE, type RecoveryDocument } from './document.ts';
import type { Look, Scope } from './look.ts';
import { endOf } from './perform.ts';
import type { RecoveryFilter, RecoveryStore } from './store.ts';
import { toRecovery } from './view.ts';

export interface ManageRecoveriesDeps {
  readonly store: Omit<RecoveryStore, 'ensureIndexes'>;
  readonly look: Look;
  readonly rules: FindRule;
  readonly notice: () => void;
  readonly newId: NewId;
  readonly clock: Clock;
}

export interface ManageRecoveries {
  /** Begins one, or with `preview` only counts what it would make. */
  readonly create: (
    environmentId: number,
    ruleId: string,
    input: RecoveryCreate,
  ) => Promise<RecoveryPreview | Recovery>;
  /** Newest first. */
  readonly list: (environmentId: number, filter: RecoveryFilter, page: Page) => Promise<PageOf<Recovery>>;
  readonly get: (environmentId: number, id: string) => Promise<Recovery>;
  /** Of the page that is being done at this moment, what was begun is still made. */
  readonly pause: (environmentId: number, id: string) => Promise<Recovery>;
  readonly resume: (environmentId: number, id: string) => Promise<Recovery>;
  readonly cancel: (environmentId: number, id: string) => Promise<Recovery>;
}

const DEFAULT_RATE = 50;
/** A preview ends here: after so many deliveries, or so much time. */
const MOST_COUNTED = 10_000;
const LONGEST_COUNT_MS = 2_000;
const COUNT_STEP = 250;

export function createManageRecoveries(deps: ManageRecoveriesDeps): ManageRecoveries {
  const { store, look, rules, notice, newId, clock } = deps;

  async function begin(recovery: RecoveryDocument): Promise<Recovery> {
    try {
      await store.insert(recovery);
    } catch (error) {
      if (!(error instanceof DuplicateKeyError)) throw error;
      throw new AppError('conflict', {
        detail: `Rule '${recovery.rule_id}' has a recovery that is running or paused; let it finish or cancel it first.`,
      });
    }
    notice();
    return toRecovery(recovery);
  }

  async function count(scope: Scope, rule: ReadyRule): Promise<RecoveryPreview> {
    const endMs = clock.now() + LONGEST_COUNT_MS;
    let counted = 0;
    let after: string | undefined;
    for (;;) {
      const steps = await look(scope, rule, after, COUNT_STEP);
      counted += steps.filter(({ event }) => event !== 'skip').length;
      if (steps.length < COUNT_STEP) return { count: counted, is_complete: true };
      if (counted >= MOST_COUNTED || clock.now() >= endMs) return { count: counted, is_complete: false };
      after = steps.at(-1)?.at;
    }
  }

  async function find(environmentId: number, id: string): Promise<RecoveryDocument> {
    const found = await store.get(environmentId, id);
    if (found === null) {
      throw new AppError('not_found', { detail: `There is no recovery '${id}' in this environment.` });
    }
    return found;
  }

  /** Moves it to another state; a second request for the same is no fault. */
  async function move(
    environmentId: number,
    id: string,
    {
      from,
      to,
      update,
    }: { readonly from: readonly RecoveryDocument['status'][]; readonly to: string; readonly update: object },
  ): Promise<Recovery> {
    const moved = await store.change(environmentId, id, from, update);
    if (moved !== null) return toRecovery(moved);
    const recovery = toRecovery(await find(environmentId, id));
    if (recovery.status === to) return recovery;
    throw new AppError('conflict', { detail: `Recovery '${id}' is ${recovery.status}.` });
  }

  return {
    create: async (environmentId, ruleId, input) => {
      const rule = await rules.find(environmentId, ruleId);
      if (rule == null) {
        throw new AppError('not_found', { detail: `There is no rule '${ruleId}' in this environment.` });
      }
      const recovery = draftOf(environmentId, ruleId, input, { _id: newId('rcv'), nowMs: clock.now() });
      if (input.preview === true) return count(recovery, rule);
      if (!rule.isEnabled) {
        throw new AppError('conflict', {
          detail: `Rule '${ruleId}' is disabled: a recovery would send nothing; enable the rule first.`,
        });
      }
      return begin(recovery);
    },

    list: async (environmentId, filter, page) => {
      const { items, next } = await store.list(environmentId, filter, page);
      return { items: items.map(toRecovery), next };
    },

    get: async (environmentId, id) => toRecovery(await find(environmentId, id)),

    pause: (environmentId, id) =>
      move(environmentId, id, {
        from: ['queued', 'running'],
        to: 'paused',
        update: { $set: { status: 'paused' }, $unset: without(QUEUE_PLACE) },
      }),

    resume: async (environmentId, id) => {
      const place = { status: 'queued', lane: RECOVERY_LANE, due_at: new Date(clock.now()) };
      const recovery = await move(environmentId, id, { from: ['paused'], to: 'running', update: { $set: place } });
      notice();
      return recovery;
    },

    cancel: (environmentId, id) => {
      const { set, unset = [] } = endOf('canceled', clock.now());
      return move(environmentId, id, {
        from: ['queued', 'running', 'paused'],
        to: 'canceled',
        update: { $set: set, $unset: without([...QUEUE_PLACE, ...unset]) },
      });
    },
  };
}

function draftOf(
  environmentId: number,
  ruleId: string,
  input: RecoveryCreate,
  { _id, nowMs }: { readonly _id: string; readonly nowMs: number },
): RecoveryDocument {
  const unmatched = input.unmatched === true;
  if (unmatched && input.status !== undefined) {
    throw invalid('/status', '`status` chooses deliveries, and with `unmatched` there are none: give one of the two.');
  }
  const since = new Date(input.since);
  const until = new Date(Math.min(input.until === undefined ? nowMs : Date.parse(input.until), nowMs));
  if (since >= until) throw invalid('/since', '`since` must be earlier than `until`, and than now.');
  return {
    _id,
    status: 'queued',
    lane: RECOVERY_LANE,
    due_at: new Date(nowMs),
    attempt: 0,
    environment_id: environmentId,
    rule_id: ruleId,
    active_of: ruleId,
    since,
    until,
    unmatched,
    ...(!unmatched && { of_status: input.status ?? 'dead' }),
    rate: input.rate ?? DEFAULT_RATE,
    looked_at: 0,
    made: 0,
    created_at: new Date(nowMs),
  };
}

function invalid(path: string, message: string): AppError {
  return new AppError('invalid_input', { detail: message, errors: [{ in: 'body', path, message }] });
}

function without(names: readonly string[]): Record<string, ''> {
  return Object.fromEntries(names.map((name) => [name, '']));
}
