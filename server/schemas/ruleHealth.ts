/** How a rule and its endpoint have been doing: counted in minutes, shown for the last hour and day. */
import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time' });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const Figures = Type.Object(
  {
    attempts: Type.Integer(),
    succeeded: Type.Integer(),
    success_rate: nullable(Type.Number({ description: '0 to 1; null without attempts.' })),
    p50_ms: nullable(Type.Number()),
    p95_ms: nullable(Type.Number()),
    last_error: nullable(Type.Object({ at: Time, code: Type.String(), message: Type.String() }, closed)),
  },
  closed,
);
export type HealthFigures = Static<typeof Figures>;

/** What the endpoint is doing, as this server process sees it. */
export const RuleHealth = Type.Object(
  {
    rule: Type.Object({ last_hour: Figures, last_day: Figures }, closed),
    url: nullable(Type.Object({ last_hour: Figures, last_day: Figures }, closed)),
    endpoint: Type.Object(
      {
        state: Type.Enum(['open', 'throttled', 'broken', 'probing'], {
          description: '`throttled`: it asked for less; `broken`: connections fail; `probing`: one request at a time.',
        }),
        until: nullable(Time),
      },
      closed,
    ),
    waiting: Type.Integer({ description: 'Deliveries that are not at their end.' }),
  },
  closed,
);
export type RuleHealth = Static<typeof RuleHealth>;
