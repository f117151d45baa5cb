/**
 * What the management API may do with rules, and what deliveries may tell of them. Everything that can be wrong with a
 * rule is found when it is made or changed, not when an event comes.
 */
import { AppError } from '../lib/errors.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import {
  DEFAULT_OVERLAP_S,
  MAX_RULES_PER_ENVIRONMENT,
  type Rule,
  type RuleCreate,
  type RuleListQuery,
  type RulePatch,
  type RuleRotate,
  type RuleWithSecret,
} from '../schemas/rule.ts';
import type { RuleDocument } from './document.ts';
import { createDrafts, type DraftDeps } from './draft.ts';
import { checkExclusive } from './exclusive.ts';
import { invalid } from './invalid.ts';
import type { LiveRules } from './live.ts';
import { openSecret, rotateSecrets, storeSecret, takeSecret } from './secrets.ts';
import type { RuleStore } from './store.ts';
import { spelledOut } from './target.ts';
import { createRuleView } from './view.ts';

export interface ManageRulesDeps extends DraftDeps {
  readonly store: Omit<RuleStore, 'ensureIndexes' | 'changes' | 'versions' | 'byIds'>;
  readonly live: Pick<LiveRules, 'get' | 'apply' | 'drop'>;
  readonly catalogue: {
    /** Names of the channels that stand alone. */
    readonly exclusiveChannels: (environmentId: number) => ReadonlySet<string>;
  };
}

const MAX_TRIES = 5;

export function createManageRules(deps: ManageRulesDeps) {
  const { store, live, catalogue, sealer, clock, randomBytes } = deps;
  const drafts = createDrafts(deps);
  const view = createRuleView({ sealer, now: clock.now, unusableReason: (id) => live.get(id)?.unusable });

  async function create(environmentId: number, input: RuleCreate): Promise<RuleWithSecret> {
    const { rule, secret } = drafts.make(environmentId, input);
    if ((await store.count(environmentId)) >= MAX_RULES_PER_ENVIRONMENT) {
      throw new AppError('conflict', {
        detail: `This environment has ${MAX_RULES_PER_ENVIRONMENT} rules, the most there may be; delete some first.`,
      });
    }
    await mustStandBeside(rule);
    await store.insert(environmentId, rule);
    live.apply(rule);
    return { ...view(rule), secret };
  }

  async function list(
    environmentId: number,
    { url, ...filter }: Omit<RuleListQuery, 'limit' | 'cursor'>,
    page: Page,
  ): Promise<PageOf<Rule>> {
    const byUrl = url !== undefined && { endpoint: spelledOut(url) };
    const { items, next } = await store.list(environmentId, { ...filter, ...byUrl }, page);
    return { items: items.map(view), next };
  }

  async function patch(environmentId: number, id: string, input: RulePatch): Promise<Rule> {
    const isPlaced = input.events !== undefined || input.target !== undefined || input.enabled === true;
    const rule = await change(environmentId, id, async (read) => {
      const next = drafts.change(read, input);
      if (isPlaced) await mustStandBeside(next);
      return next;
    });
    return view(rule);
  }

  async function remove(environmentId: number, id: string): Promise<void> {
    if (!(await store.remove(environmentId, id))) throw notFound(id);
    live.drop(id);
  }

  /** The new secret signs at once; the one of before signs beside it until the overlap ends. */
  async function rotate(environmentId: number, id: string, options: RuleRotate): Promise<RuleWithSecret> {
    const now = new Date(clock.now());
    const until = new Date(now.getTime() + (options.overlap_s ?? DEFAULT_OVERLAP_S) * 1_000);
    let shown = '';
    const rule = await change(environmentId, id, (read) => {
      const signing = options.secret === undefined ? read.secrets[0]?.signing : undefined;
      const secret = takeSecret({ secret: options.secret, signing }, randomBytes);
      const old = readable(read);
      if (old.some(({ text }) => text === secret.text)) throw invalid('/secret', 'signs already; expected a new one');
      shown = secret.text;
      const fresh = storeSecret(secret, id, sealer);
      const secrets = rotateSecrets(
        old.map(({ stored }) => stored),
        fresh,
        { now, until },
      );
      return { ...read, secrets, updated_at: now, revision: read.revision + 1 };
    });
    return { ...view(rule), secret: shown };
  }

  /** Without those that cannot be opened: a rotation is how a rule that lost its key comes to work again. */
  function readable({ _id, secrets }: RuleDocument) {
    return secrets.flatMap((stored) => {
      try {
        return [{ stored, text: openSecret(stored, _id, sealer) }];
      } catch {
        return [];
      }
    });
  }

  /** Reads, changes and writes, again from the start when somebody else wrote in between. */
  async function change(
    environmentId: number,
    id: string,
    edit: (read: RuleDocument) => RuleDocument | Promise<RuleDocument>,
  ): Promise<RuleDocument> {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const read = await mustFind(environmentId, id);
      const stored = await store.replace(environmentId, read, await edit(read));
      if (stored === null) continue;
      live.apply(stored);
      return stored;
    }
    throw new AppError('conflict', { detail: 'The rule is being changed by others at this moment; try again.' });
  }

  async function mustStandBeside(rule: RuleDocument): Promise<void> {
    if (rule.endpoint === null) return;
    const exclusive = catalogue.exclusiveChannels(rule.environment_id);
    if (exclusive.size === 0) return;
    // A rule that is off sends nothing, so only enabled ones stand beside each other.
    const others = rule.enabled ? await store.enabledAt(rule.environment_id, rule.endpoint) : [];
    const named = (each: RuleDocument) => ({ id: each._id, events: each.events });
    checkExclusive(named(rule), others.filter(({ _id }) => _id !== rule._id).map(named), exclusive);
  }

  async function mustFind(environmentId: number, id: string): Promise<RuleDocument> {
    const found = await store.get(environmentId, id);
    if (found === null) throw notFound(id);
    return found;
  }

  return {
    create,
    list,
    get: async (environmentId: number, id: string): Promise<Rule> => view(await mustFind(environmentId, id)),
    patch,
    remove,
    rotate,

    /** By Earshot itself, with a reason for people. Safe to repeat; tells whether that changed anything. */
    async disable(environmentId: number, id: string, reason: string): Promise<boolean> {
      const stored = await store.disable(environmentId, id, reason, new Date(clock.now()));
      if (stored !== null) live.apply(stored);
      return stored !== null;
    },

    /** A time is kept only where there is none yet; null takes it away. Tells whether that changed anything. */
    async setFailingSince(id: string, since: Date | null): Promise<boolean> {
      const stored = await store.setFailingSince(id, since);
      if (stored !== null) live.apply(stored);
      return stored !== null;
    },
  };
}

function notFound(id: string): AppError {
  return new AppError('not_found', { detail: `There is no rule ${id} in this environment.` });
}
