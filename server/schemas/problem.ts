/** The body of every error (RFC 9457, `application/problem+json`). `code` is the stable name to program against. */
import { Type, type Static } from 'typebox';

export const FieldProblem = Type.Object({
  in: Type.Optional(
    Type.Union([Type.Literal('body'), Type.Literal('query'), Type.Literal('path'), Type.Literal('header')]),
  ),
  path: Type.String({ description: 'JSON Pointer (RFC 6901) to the member at fault.' }),
  message: Type.String(),
});

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A URI reference that names the problem: `/docs#error-<code>`.' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.Optional(Type.String()),
    instance: Type.String({ description: 'The id of the request, as in `x-request-id` and in the log.' }),
    errors: Type.Optional(Type.Array(FieldProblem)),
  },
  { additionalProperties: true },
);
export type Problem = Static<typeof Problem>;
