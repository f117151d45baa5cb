/** Sends a rule an example event now, for the person who wants to see it arrive. Stores no event and no delivery. */
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { NewId } from '../../lib/ids.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import { environmentName } from '../../schemas/app.ts';
import type { Attempt } from '../../schemas/delivery.ts';
import type { Event } from '../../schemas/event.ts';
import type { Json } from '../../schemas/json.ts';
import { attemptOf, finalFault, type MakeAttempt } from './attempt.ts';
import type { StoredAttempt } from '../document.ts';

export interface TryOutDeps {
  /** The rule of that environment, enabled or not; throws `not_found`. One that cannot be used is a `conflict`. */
  readonly findRule: (environmentId: number, ruleId: string) => Promise<ReadyRule>;
  /** An event that one of the patterns takes, from the catalogue where it has one. */
  readonly example: (
    environmentId: number,
    patterns: readonly string[],
  ) => Promise<{ readonly type: string; readonly data: Json }>;
  readonly makeAttempt: MakeAttempt;
  readonly newId: NewId;
  readonly clock: Clock;
}

export function createTryOut({ findRule, example, makeAttempt, newId, clock }: TryOutDeps) {
  return async function tryOut(environmentId: number, ruleId: string): Promise<Attempt> {
    const rule = await findRule(environmentId, ruleId);
    if (rule.unusable !== undefined) throw new AppError('conflict', { detail: rule.unusable });
    const { type, data } = await example(environmentId, rule.events);
    const now = new Date(clock.now()).toISOString();
    const event: Event = {
      id: newId('evt'),
      type,
      data,
      occurred_at: now,
      environment: environmentName(environmentId),
      source: { type: 'api' },
      created_at: now,
    };
    const attempted = await makeAttempt({ rule, event, hops: 0, deliveryId: newId('dlv'), number: 1 });
    return shown(attempted.status === 'made' ? attempted.attempt : nothingSent(rule, attempted.status));
  };

  function nothingSent(rule: ReadyRule, why: 'dropped' | 'unavailable'): StoredAttempt {
    const message = {
      dropped: 'The transform gave nothing for the example event, so nothing was sent.',
      unavailable: 'The transform could not be evaluated just now. Try again.',
    }[why];
    return attemptOf({ rule, number: 1 }, finalFault(why, message, clock.now()).exchange);
  }
}

function shown({ at, ...rest }: StoredAttempt): Attempt {
  return { ...rest, at: at.toISOString() };
}
