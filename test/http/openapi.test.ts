import { Validator } from '@seriousme/openapi-schema-validator';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { openApiPath, type OpenApiDocument } from '../../server/http/openapi.ts';
import { errorsOf } from '../../server/http/routeErrors.ts';
import { catalogue } from '../../server/lib/errors.ts';
import { testApp } from './support/app.ts';

async function readDocument(): Promise<OpenApiDocument> {
  const answer = await request(testApp().app).get('/openapi.json').set('host', 'localhost');
  expect(answer.status).toBe(200);
  return answer.body as OpenApiDocument;
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
}

describe('/openapi.json', () => {
  it('is valid OpenAPI 3.1', async () => {
    const document = await readDocument();
    const validator = new Validator();
    const { valid, errors } = await validator.validate(document);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('describes every route of the table, with every status it can answer', async () => {
    const { paths } = await readDocument();
    for (const route of testApp().routes) {
      const operation = paths[openApiPath(route.path)]?.[route.method] as Operation | undefined;
      expect(operation, `${route.method} ${route.path}`).toBeDefined();
      const statuses = [
        ...Object.keys(route.responses),
        ...errorsOf(route).map((code) => String(catalogue[code].status)),
      ];
      expect(Object.keys(operation?.responses ?? {}).sort()).toEqual([...new Set(statuses)].sort());
      const inPath = (operation?.parameters ?? []).filter((each) => each.in === 'path').map(({ name }) => name);
      expect(inPath).toEqual([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
      expect(operation?.security.length === 0).toBe(route.auth === 'public');
    }
  });

  it('describes the trigger', async () => {
    const { paths } = await readDocument();
    expect(paths['/apps/{app_uuid}/webhooks/{webhook_uuid}']).toHaveProperty('post.responses.202');
  });

  it('gives each operation a name of its own and each reference a target', async () => {
    const document = await readDocument();
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((operation) => (operation as Operation).operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });
});
