/**
 * Disabling a rule from here is an event like any other. The event comes first and has a key of its own, so that a crash
 * in between leaves neither a rule that is silently off nor two events about it.
 */
import type { Publish } from '../../events/document.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import type { RulesAdmin } from './failing.ts';

export interface RuleDisabledDeps {
  readonly rules: {
    readonly get: (ruleId: string) => ReadyRule | undefined;
    readonly disable: (environmentId: number, ruleId: string, reason: string) => Promise<boolean>;
    readonly setFailingSince: (ruleId: string, since: Date | null) => Promise<boolean>;
  };
  readonly publish: Publish;
}

export function createRulesAdmin({ rules, publish }: RuleDisabledDeps): RulesAdmin {
  return {
    async disable(environmentId, ruleId, reason) {
      const rule = rules.get(ruleId);
      if (rule?.isEnabled !== true) return;
      const { name, revision, target } = rule;
      const where = target.type === 'url' ? { url: target.url } : { action: target.action };
      await publish({
        environmentId,
        type: 'rule.disabled',
        data: { rule: ruleId, name, reason, ...where },
        source: { type: 'platform' },
        idempotencyKey: `rule.disabled:${ruleId}:${String(revision)}:${reason}`,
      });
      await rules.disable(environmentId, ruleId, reason);
    },

    async setFailingSince(_environmentId, ruleId, since) {
      await rules.setFailingSince(ruleId, since);
    },
  };
}
