/** What a rule that is not saved yet would do, and to which events: the question and the answer of a preview. */
import { Type, type Static } from 'typebox';
import { Event } from './event.ts';
import type { Json } from './json.ts';
import { RuleCreate } from './rule.ts';

export const MAX_PREVIEW_EVENTS = 100;
export const DEFAULT_PREVIEW_LAST = 50;
export const MAX_PREVIEW_LAST = 500;

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time' });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const anyJson = (description: string) => Type.Unsafe<Json>({ description });

const { type, data, ...rest } = Event.properties;

/** An event as it is stored, or as much of one as matters. */
const PreviewEvent = Type.Object({ type, data, ...Type.Partial(Type.Object(rest)).properties }, closed);
export type PreviewEvent = Static<typeof PreviewEvent>;

export const RulePreviewCreate = Type.Object(
  {
    rule_id: Type.Optional(
      Type.String({ maxLength: 40, description: 'A stored rule; `rule` is then a change of it.' }),
    ),
    rule: Type.Optional(
      Type.Partial(RuleCreate, {
        ...closed,
        description: 'As for making a rule, or for changing one when there is a `rule_id`.',
      }),
    ),
    events: Type.Optional(
      Type.Array(PreviewEvent, {
        minItems: 1,
        maxItems: MAX_PREVIEW_EVENTS,
        description: 'Events to try it with, in place of stored ones.',
      }),
    ),
    last: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_PREVIEW_LAST,
        description: `How many stored events to try it with, the newest first. Default ${DEFAULT_PREVIEW_LAST}.`,
      }),
    ),
  },
  closed,
);
export type RulePreviewCreate = Static<typeof RulePreviewCreate>;

const FailedClause = Type.Object(
  {
    path: Type.String({ description: 'Into the event; `$or` or `$nor` of a list of filters.' }),
    operators: Type.Array(Type.String()),
    expected: anyJson('What the filter asks for.'),
    found: Type.Optional(
      anyJson('What is there; a list where the path leads through lists. Left out where nothing is.'),
    ),
    note: Type.Optional(Type.String()),
  },
  closed,
);
export type FailedClause = Static<typeof FailedClause>;

const PreviewRequest = Type.Object(
  {
    method: Type.String(),
    url: Type.String(),
    headers: Type.Unsafe<Readonly<Record<string, string>>>({
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'As sent, but for custom headers whose value is nobody’s to see.',
    }),
    body: Type.String({ description: 'The very bytes, as UTF-8.' }),
    curl: Type.String({ description: 'For a POSIX shell.' }),
  },
  closed,
);
export type PreviewRequest = Static<typeof PreviewRequest>;

const PreviewRun = Type.Object(
  { action: Type.String(), props: anyJson('An object.'), event: Type.String({ description: 'As text.' }) },
  closed,
);

export const previewOutcomes = [
  'unmatched', // a pattern or a clause says no
  'sent', //      `request`, or `run` for a listener, is what would happen
  'dropped', //   the transform gave nothing
  'failed', //    the transform failed: `reason`
  'skipped', //   it matches; there was no time or room left to say more
] as const;

const PreviewResult = Type.Object(
  {
    event: Type.Object({ id: Type.String(), type: Type.String(), occurred_at: Time }, closed),
    matched: Type.Boolean(),
    pattern: nullable(Type.String({ description: 'The first pattern that takes the type.' })),
    failed_clauses: Type.Array(FailedClause, { description: 'Of the filter, where a pattern takes the type.' }),
    outcome: Type.Enum(previewOutcomes),
    reason: nullable(Type.String()),
    request: nullable(PreviewRequest),
    run: nullable(PreviewRun),
  },
  closed,
);
export type PreviewResult = Static<typeof PreviewResult>;

const Difference = Type.Object({ count: Type.Integer(), events: Type.Array(Type.String()) }, closed);

export const RulePreview = Type.Object(
  {
    looked_at: Type.Integer(),
    matched: Type.Integer(),
    signed_with: Type.Object(
      {
        key: Type.Enum(['rule', 'given', 'throwaway'], {
          description: 'The rule’s own, the one that came with the draft, or one made for this answer.',
        }),
        secret: Type.Optional(Type.String({ description: 'Of a throwaway: to verify what is shown here.' })),
      },
      closed,
    ),
    change: nullable(
      Type.Object(
        { more: Difference, fewer: Difference },
        { ...closed, description: 'Against the stored rule: what would be sent beside, and what no more.' },
      ),
    ),
    results: Type.Array(PreviewResult),
  },
  closed,
);
export type RulePreview = Static<typeof RulePreview>;
