/**
 * A token of the management API: `ear_`, the letter of its environment, 43 characters of chance (256 bits) and 6 of
 * checksum. Shown once when it is made, stored as a SHA-256, scoped to one environment.
 */
import { Type, type Static } from 'typebox';

export const Scope = Type.Union([Type.Literal('read'), Type.Literal('write'), Type.Literal('admin')], {
  description: '`read` looks, `write` also changes and runs, `admin` also manages tokens.',
});
export type Scope = Static<typeof Scope>;

export const MAX_TOKENS_PER_ENVIRONMENT = 100;

const Nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()]);
const Time = Type.String({ format: 'date-time' });

const shape = {
  id: Type.String({ examples: ['tok_01h8xgj4c2v6qkz0m3n5p7r9t1'] }),
  name: Type.String(),
  environment_id: Type.Integer(),
  scopes: Type.Array(Scope),
  hint: Type.String({ description: 'The last four characters of the token, to tell tokens apart.' }),
  created_at: Time,
  expires_at: Nullable(Time),
  last_used_at: Nullable(Type.String({ format: 'date-time', description: 'Up to a minute late.' })),
};

export const Token = Type.Object(shape);
export type Token = Static<typeof Token>;

/** The answer of a creation, the only place where the token itself is ever shown. */
export const NewToken = Type.Object({
  ...shape,
  token: Type.String({ description: 'Keep it; it is not shown again.' }),
});
export type NewToken = Static<typeof NewToken>;

export const TokenCreate = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100, default: 'unnamed' })),
    scopes: Type.Optional(Type.Array(Scope, { minItems: 1, maxItems: 3, default: ['admin'] })),
    expires_at: Type.Optional(Type.String({ format: 'date-time', description: 'Never, unless given.' })),
  },
  { additionalProperties: false },
);
export type TokenCreate = Static<typeof TokenCreate>;

/** What a valid token lets its bearer do; made once per request at the HTTP edge. */
export interface Access {
  readonly appUuid: string;
  readonly environmentId: number;
  readonly tokenId: string;
  readonly scopes: readonly Scope[];
  /** The transaction over documents that the request is part of. */
  readonly transaction?: string;
}
