/**
 * Exclusive channels: what goes to a URL from such a channel may not stand beside anything else. Among the patterns of
 * all enabled rules for one URL of an environment, where one names an exclusive channel as its first word, every other
 * has to name the same. A pattern that begins with a star takes every channel, so it conflicts too; but by itself it
 * names none, so where it stands alone, or beside channels that are not exclusive, it is fine.
 */
import { AppError } from '../lib/errors.ts';
import { channelOf } from './patterns.ts';

export interface Subscriber {
  readonly id: string;
  readonly events: readonly string[];
}

/** Throws `channel_exclusive`, naming both sides, when the rule cannot stand beside the others of its URL. */
export function checkExclusive(rule: Subscriber, others: readonly Subscriber[], exclusive: ReadonlySet<string>): void {
  if (exclusive.size === 0) return;
  const all = [rule, ...others].flatMap(({ id, events }) => events.map((pattern) => ({ id, pattern })));
  for (const one of all) {
    const channel = channelOf(one.pattern);
    if (channel === null || !exclusive.has(channel)) continue;
    // Of two old rules that conflict among themselves, this one is not to blame.
    const other = all.find(
      ({ id, pattern }) => channelOf(pattern) !== channel && (one.id === rule.id || id === rule.id),
    );
    if (other !== undefined) throw conflict(channel, one, other, rule.id);
  }
}

interface Subscription {
  readonly id: string;
  readonly pattern: string;
}

function conflict(channel: string, one: Subscription, other: Subscription, ruleId: string): AppError {
  const of = ({ id, pattern }: Subscription) => (id === ruleId ? `'${pattern}'` : `'${pattern}' of rule ${id}`);
  const otherRule = [one, other].find(({ id }) => id !== ruleId)?.id;
  return new AppError('channel_exclusive', {
    detail: `The channel '${channel}' is exclusive: ${of(one)} may not stand beside ${of(other)} for the same URL.`,
    errors: [{ in: 'body', path: '/events', message: `${of(one)} and ${of(other)} cannot share a URL` }],
    extra: { channel, patterns: [one.pattern, other.pattern], ...(otherRule !== undefined && { rule: otherRule }) },
  });
}
