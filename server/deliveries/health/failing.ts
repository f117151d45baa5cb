/**
 * Watches for rules that have only failed for days. Writes only when a rule begins to fail, when it succeeds again, and
 * when its time is up: not at every attempt.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import { FAILING_LIMIT_MS } from '../../schemas/rule.ts';

export interface RulesAdmin {
  readonly disable: (environmentId: number, ruleId: string, reason: string) => Promise<void>;
  readonly setFailingSince: (environmentId: number, ruleId: string, since: Date | null) => Promise<void>;
}

export interface FailingWatch {
  /** Takes note of an attempt; the writing, if any, goes on by itself. */
  readonly note: (rule: ReadyRule, hasSucceeded: boolean) => void;
  readonly disable: (rule: ReadyRule, reason: string) => void;
}

export function createFailingWatch(deps: {
  readonly rulesAdmin: RulesAdmin;
  readonly clock: Clock;
  readonly log: Logger;
}): FailingWatch {
  const { rulesAdmin, clock, log } = deps;
  /** What was written about a rule; when the rule is read anew it says so itself. */
  const written = new WeakMap<ReadyRule, Date | null>();
  const disabling = new Set<string>();

  function sinceOf(rule: ReadyRule): Date | null {
    const own = written.get(rule);
    return own === undefined ? rule.failingSince : own;
  }

  async function write(rule: ReadyRule, since: Date | null): Promise<void> {
    written.set(rule, since);
    try {
      await rulesAdmin.setFailingSince(rule.environmentId, rule.id, since);
    } catch (error) {
      if (written.get(rule) === since) written.delete(rule); // the next attempt will say it again
      log.warn({ err: error, ruleId: rule.id }, 'rule.failing_since_not_written');
    }
  }

  async function disable({ id, environmentId }: ReadyRule, reason: string): Promise<void> {
    if (disabling.has(id)) return;
    disabling.add(id);
    try {
      await rulesAdmin.disable(environmentId, id, reason);
    } catch (error) {
      log.warn({ err: error, ruleId: id }, 'rule.disable_failed');
    } finally {
      disabling.delete(id);
    }
  }

  return {
    note: (rule, hasSucceeded) => {
      const since = sinceOf(rule);
      if (hasSucceeded) {
        if (since !== null) void write(rule, null);
      } else if (since === null) {
        void write(rule, new Date(clock.now()));
      } else if (clock.now() - since.getTime() >= FAILING_LIMIT_MS) {
        const days = FAILING_LIMIT_MS / 86_400_000;
        void disable(rule, `Every delivery since ${since.toISOString()} failed: ${days} days without a success.`);
      }
    },
    disable: (rule, reason) => void disable(rule, reason),
  };
}
