/**
 * A rule's filter: a MongoDB query over the event, in the platform's one query language, run by the matcher that also
 * answers queries over stored data. It is total: whatever event comes, it passes or it does not, at a cost that grows
 * with filter and event and nothing else.
 */
import { refusal } from '../db/query/fault.ts';
import { createRegexBudget, RegexTooCostly } from '../db/query/regexBudget.ts';
import { compileMatch, type Matcher } from '../db/embedded/match/compile.ts';
import type { Event } from '../schemas/event.ts';
import type { Json, JsonObject } from '../schemas/json.ts';
import { explainClause, type Clause } from './clause.ts';
import { checkRuleFilter } from './filterCheck.ts';

export interface Filter {
  readonly passes: (event: Event) => boolean;
  /** Each clause, in its order, with what was found and whether it held. */
  readonly explain: (event: Event) => readonly Clause[];
}

/** A part of the filter that has to hold; `$and` at the top is taken apart into its parts. */
export interface FilterPart {
  /** A path into the event, or `$or`, `$nor`. */
  readonly key: string;
  readonly operand: Json;
  /** Where it stands in the filter. */
  readonly place: readonly string[];
}

interface CompiledPart extends FilterPart {
  readonly matches: Matcher;
}

/** Of one filter over one event: 0.2 s at the very worst. */
const REGEX_BUDGET = { maxWork: 2_000_000, maxSize: 300 };

/** Null lets everything pass. Throws `invalid_input` with the place, under `/filter`, of what cannot be used. */
export function compileFilter(filter: JsonObject | null): Filter {
  if (filter === null) return { passes: () => true, explain: () => [] };
  checkRuleFilter(filter);
  const budget = createRegexBudget(REGEX_BUDGET);
  const parts = partsOf(filter).map((part): CompiledPart => ({ ...part, matches: compilePart(part, budget.compile) }));

  /** An expression that would cost too much decides nothing, so the event does not pass. */
  function holds({ matches }: CompiledPart, event: Event): boolean | 'too costly' {
    try {
      return matches(event);
    } catch (error) {
      if (error instanceof RegexTooCostly) return 'too costly';
      throw error;
    }
  }

  return {
    passes(event) {
      budget.refill();
      return parts.every((part) => holds(part, event) === true);
    },
    explain(event) {
      budget.refill();
      return parts.map((part) => explainClause(part, event, holds(part, event)));
    },
  };
}

export function partsOf(filter: JsonObject, place: readonly string[] = ['filter']): readonly FilterPart[] {
  return Object.entries(filter).flatMap(([key, operand]): readonly FilterPart[] => {
    const here = [...place, key];
    if (key !== '$and') return [{ key, operand, place: here }];
    return (operand as readonly JsonObject[]).flatMap((part, i) => partsOf(part, [...here, String(i)]));
  });
}

function compilePart(
  { key, operand, place }: FilterPart,
  compileRegex: (source: string, options: string) => (text: string) => boolean,
): Matcher {
  try {
    return compileMatch({ [key]: operand }, { compileRegex });
  } catch (error) {
    // What the checks do not know and the matcher does: a type that does not exist, a divisor of 0.
    throw refusal(place, error instanceof Error ? error.message : String(error));
  }
}
