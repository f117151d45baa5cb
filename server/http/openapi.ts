/**
 * OpenAPI 3.1 out of the route table. Its schemas are JSON Schema 2020-12, as ours are, so nothing is translated;
 * a schema that has a name is put under `components` once and referred to.
 */
import type { TSchema } from 'typebox';
import { catalogue, type ErrorCode } from '../lib/errors.ts';
import { TRANSACTION_HEADER } from './auth.ts';
import type { ResponseSpec, RouteDoc } from './route.ts';
import { errorsOf } from './routeErrors.ts';

type Schema = Readonly<Record<string, unknown>>;

export interface OpenApiOptions {
  readonly routes: readonly RouteDoc[];
  /** Schemas that get a name of their own, told by identity. */
  readonly schemas: Readonly<Record<string, TSchema>>;
  readonly problem: TSchema;
  readonly version: string;
  readonly serverUrl: string;
}

export function describeApi({ routes, schemas, problem, version, serverUrl }: OpenApiOptions) {
  const named = new Map<unknown, string>(
    Object.entries({ ...schemas, Problem: problem }).map(([name, s]) => [s, name]),
  );
  const refer = (value: unknown, isTop = false): unknown => {
    const name = isTop ? undefined : named.get(value);
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
    if (Array.isArray(value)) return value.map((item) => refer(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, refer(item)]));
  };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[openApiPath(route.path)] ??= {})[route.method] = operation(route, refer);

  return {
    openapi: '3.1.0',
    info: { title: 'Earshot', version, summary: 'Webhooks in, listeners run, nothing lost on the way.' },
    servers: [{ url: serverUrl }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...named].map(([schema, name]) => [name, refer(schema, true)])),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of the app: `ear_…`.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'earshot',
          description:
            'The cookie that signing in sets; `earshot_sandbox` for the sandbox, with `__Host-` before it on https. ' +
            'Requests that change something also need an `Origin` that is this server’s own.',
        },
      },
    },
  };
}

export type OpenApiDocument = ReturnType<typeof describeApi>;

/** `/app/webhooks/:uuid` → `/app/webhooks/{uuid}`. */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function operation(route: RouteDoc, refer: (value: unknown) => unknown) {
  const responses: Record<string, unknown> = {};
  for (const [status, spec] of Object.entries(route.responses)) responses[status] = responseOf(spec, refer);
  for (const [status, codes] of byStatus(errorsOf(route))) {
    responses[status] ??= responseOf(
      {
        description: codes.map((code) => `\`${code}\`: ${catalogue[code].title}.`).join(' '),
        contentType: 'application/problem+json',
      },
      refer,
    );
    const response = responses[status] as { content?: Record<string, unknown> };
    const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
    response.content = { ...response.content, ...content };
  }
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(route.auth === 'public' ? { security: [] } : { security: securityOf(route) }),
    parameters: [
      ...parameters(route.params, 'path', refer),
      ...parameters(route.query, 'query', refer),
      ...headersOf(route),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: route.bodyOptional !== true,
            content: {
              [route.bodyType ?? 'application/json']: {
                schema: refer(route.body),
                ...(route.example === undefined ? {} : { example: route.example }),
              },
            },
          },
        }),
    responses,
  };
}

function securityOf({ auth }: RouteDoc) {
  switch (auth) {
    // An empty requirement says: also without, here from the machine itself.
    case 'operator':
      return [{ token: [] }, {}];
    case 'browser':
      return [{ session: [] }, {}];
    case 'session':
      return [{ session: [] }];
    default:
      return [{ token: [] }];
  }
}

function parameters(schema: TSchema | undefined, where: 'path' | 'query', refer: (value: unknown) => unknown) {
  if (schema === undefined || !('properties' in schema)) return [];
  const required = 'required' in schema && Array.isArray(schema.required) ? (schema.required as unknown[]) : [];
  return Object.entries(schema.properties as Record<string, Schema>).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: refer(rest),
  }));
}

function headersOf({ takesTransaction = false }: RouteDoc) {
  const description = 'The transaction that this is part of; its own token in place of the API token says the same.';
  const header = { name: TRANSACTION_HEADER, in: 'header', required: false, description, schema: { type: 'string' } };
  return takesTransaction ? [header] : [];
}

function responseOf(
  { description, schema, contentType = 'application/json' }: ResponseSpec,
  refer: (v: unknown) => unknown,
) {
  return { description, ...(schema === undefined ? {} : { content: { [contentType]: { schema: refer(schema) } } }) };
}

function byStatus(codes: readonly ErrorCode[]): readonly [number, ErrorCode[]][] {
  const found = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = catalogue[code];
    found.set(status, [...(found.get(status) ?? []), code]);
  }
  return [...found].sort(([a], [b]) => a - b);
}

/** `post /app/webhooks/:uuid/rotate` → `postAppWebhooksByUuidRotate`. */
function operationId({ method, path }: RouteDoc): string {
  const words = path.split(/[/.]/).filter((word) => word !== '');
  const names = words.flatMap((word) => (word.startsWith(':') ? ['by', ...word.slice(1).split('_')] : [word]));
  return method + names.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
