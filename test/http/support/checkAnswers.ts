/**
 * Holds every answer of a route against its description: a status it does not name, or a body its schema does not
 * describe, fails the request, and with it the test.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as formatsModule, type FormatsPlugin } from 'ajv-formats';
import type { Answer, Route } from '../../../server/http/route.ts';

const ajv = new Ajv2020({ allErrors: true, strict: false });
(formatsModule as unknown as FormatsPlugin)(ajv);

export function withCheckedAnswers(routes: readonly Route[]): readonly Route[] {
  return routes.map((route) => ({
    ...route,
    handle: async (context) => {
      const answer = await route.handle(context);
      const fault = faultOf(route, answer);
      if (fault !== undefined) throw new Error(`${route.method} ${route.path}: ${fault}`);
      return answer;
    },
  }));
}

/** What is wrong with the answer, or undefined. */
export function faultOf(route: Route, { status, body, contentType }: Answer): string | undefined {
  const spec = route.responses[status];
  if (spec === undefined) return `answers ${status}, which it does not describe`;
  if (spec.schema === undefined) return body === undefined ? undefined : `answers a body with ${status}`;
  const media = (contentType ?? 'application/json').split(';')[0];
  if (media !== (spec.contentType ?? 'application/json')) return `answers ${media ?? ''}`;
  const validate = ajv.compile(closed(spec.schema) as object);
  // As it travels: a Date or an undefined member is something else on the wire.
  const sent: unknown = typeof body === 'string' ? body : JSON.parse(JSON.stringify(body));
  return validate(sent) ? undefined : ajv.errorsText(validate.errors);
}

/** A member the schema does not name is a shape it does not describe. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}
