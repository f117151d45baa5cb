/** What the one who operates the server looks at: health, figures, and the description of all this. */
import { Type } from 'typebox';
import { environmentName } from '../../schemas/app.ts';
import type { Metrics } from '../metrics.ts';
import { defineRoute, type Route } from '../route.ts';

export interface SystemRouteDeps {
  /** Rejects while the database does not answer. */
  readonly pingDatabase: () => Promise<void>;
  readonly isStopping: () => boolean;
  readonly metrics: Pick<Metrics, 'read' | 'contentType'>;
  /** Made once all routes are known. */
  readonly documents: { readonly openApi: () => unknown; readonly page: () => DocsPage };
}

export interface DocsPage {
  readonly html: string;
  /** The Content-Security-Policy that fits it. */
  readonly policy: string;
}

const Live = Type.Object({ status: Type.Literal('ok') });
const Readiness = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('unavailable')]),
  checks: Type.Object({
    database: Type.Union([Type.Literal('ok'), Type.Literal('away')]),
    server: Type.Union([Type.Literal('ok'), Type.Literal('stopping')]),
  }),
});

const HTML_TYPE = 'text/html; charset=utf-8';

export function systemRoutes(deps: SystemRouteDeps): readonly Route[] {
  const { pingDatabase, isStopping, metrics, documents } = deps;
  const tag = 'System';
  return [
    defineRoute({
      method: 'get',
      path: '/health/live',
      summary: 'Is the process alive',
      tag,
      auth: 'public',
      responses: { 200: { description: 'It is.', schema: Live } },
      handle: () => ({ status: 200, body: { status: 'ok' } }),
    }),
    defineRoute({
      method: 'get',
      path: '/health/ready',
      summary: 'Can it take work',
      description: 'No while the database is away and while the server is stopping.',
      tag,
      auth: 'public',
      responses: {
        200: { description: 'It can.', schema: Readiness },
        503: { description: 'It cannot.', schema: Readiness },
      },
      handle: async () => {
        const isAway = await pingDatabase().then(
          () => false,
          () => true,
        );
        const checks = { database: isAway ? 'away' : 'ok', server: isStopping() ? 'stopping' : 'ok' };
        const isReady = !isAway && !isStopping();
        return { status: isReady ? 200 : 503, body: { status: isReady ? 'ok' : 'unavailable', checks } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/metrics',
      summary: 'Figures for Prometheus',
      description: 'With a token, the figures of its environment only.',
      tag,
      auth: 'operator',
      responses: { 200: { description: 'Text format 0.0.4.', schema: Type.String(), contentType: 'text/plain' } },
      handle: async ({ access }) => ({
        status: 200,
        body: await metrics.read(access && environmentName(access.environmentId)),
        contentType: metrics.contentType,
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/openapi.json',
      summary: 'This description, for programs',
      tag,
      auth: 'operator',
      responses: { 200: { description: 'OpenAPI 3.1.', schema: Type.Record(Type.String(), Type.Unknown()) } },
      handle: () => ({ status: 200, body: documents.openApi() }),
    }),
    defineRoute({
      method: 'get',
      path: '/docs',
      summary: 'This description, for people',
      tag,
      auth: 'operator',
      responses: { 200: { description: 'A page.', schema: Type.String(), contentType: 'text/html' } },
      handle: () => {
        const { html, policy } = documents.page();
        return { status: 200, body: html, contentType: HTML_TYPE, headers: { 'content-security-policy': policy } };
      },
    }),
  ];
}
