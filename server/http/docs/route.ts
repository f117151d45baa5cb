/** One route on the documentation page. */
import { catalogue, type ErrorCode } from '../../lib/errors.ts';
import { openApiPath } from '../openapi.ts';
import type { RouteAuth, RouteDoc } from '../route.ts';
import { errorsOf } from '../routeErrors.ts';
import { curlLine } from './curl.ts';
import { html, withCode, type Html } from './html.ts';
import { exampleOf, membersOf, typeText, type JsonSchema } from './schema.ts';

export function anchorOf({ method, path }: RouteDoc): string {
  return `${method}${path.replace(/[^a-z0-9]+/gi, '-')}`.replace(/-$/, '');
}

export function renderRoute(route: RouteDoc, serverUrl: string): Html {
  return html`<section class="route" id="${anchorOf(route)}">
    <h3>
      <span class="method ${route.method}">${route.method.toUpperCase()}</span>
      <code class="path">${openApiPath(route.path)}</code>
    </h3>
    <p class="summary">
      <b>${route.summary}.</b> ${route.description === undefined ? undefined : withCode(route.description)}
    </p>
    <p class="auth">${withCode(AUTH[route.auth])}</p>
    ${membersTable('Path', route.params)} ${membersTable('Query', route.query)} ${membersTable('Body', route.body)}
    <pre tabindex="0"><code>${curlOf(route, serverUrl)}</code></pre>
    ${Object.entries(route.responses).map(([status, { description, schema, contentType }]) =>
      renderResponse(status, description, contentType === undefined ? schema : undefined),
    )}
    <p class="errors">Errors: ${byStatus(errorsOf(route)).map(errorLink)}</p>
  </section>`;
}

const AUTH: Readonly<Record<RouteAuth, string>> = {
  public: 'Needs no token.',
  operator: 'Open to callers on the same machine; others need a token.',
  browser: 'For pages of this server. What changes something needs an `Origin` header that is its own.',
  session: 'For pages of this server, with the cookie of somebody who is signed in.',
  read: 'Needs a token with the scope `read`.',
  write: 'Needs a token with the scope `write`.',
  admin: 'Needs a token with the scope `admin`.',
};

function membersTable(title: string, schema: unknown): Html | undefined {
  if (schema === undefined) return undefined;
  const members = membersOf(schema as JsonSchema);
  const { description } = schema as JsonSchema;
  if (members.length === 0) return html`<p><b>${title}</b> ${description ?? typeText(schema as JsonSchema)}</p>`;
  return html`<div class="scroll">
    <table>
      <caption>
        ${title}
      </caption>
      ${members.map(
        ({ path, type, isRequired, description: words }) =>
          html`<tr>
            <th scope="row">
              <code>${path}</code>${isRequired ? html` <span class="required">required</span>` : undefined}
            </th>
            <td><span class="type">${type}</span> ${withCode(words)}</td>
          </tr>`,
      )}
    </table>
  </div>`;
}

function renderResponse(status: string, description: string, schema: unknown): Html {
  const line = html`<b class="status">${status}</b> ${withCode(description)}`;
  if (schema === undefined) return html`<p>${line}</p>`;
  const example = JSON.stringify(exampleOf(schema as JsonSchema), null, 2);
  return html`<details>
    <summary>${line}</summary>
    <pre tabindex="0"><code>${example}</code></pre>
    ${membersTable('Members', schema)}
  </details>`;
}

function curlOf(route: RouteDoc, serverUrl: string): string {
  const path = route.path.replace(/:(\w+)/g, (_all, name: string) => EXAMPLE_IDS[name] ?? name);
  return curlLine({
    method: route.method.toUpperCase(),
    url: serverUrl + path,
    ...callerOf(route, serverUrl),
    ...(route.example === undefined ? {} : { body: route.example }),
  });
}

function callerOf({ auth, method }: RouteDoc, serverUrl: string) {
  switch (auth) {
    case 'public':
    case 'operator':
      return {};
    case 'browser':
    case 'session':
      return {
        ...(auth === 'session' && { cookieVariable: 'SESSION' }),
        ...(method !== 'get' && { origin: serverUrl }),
      };
    default:
      return { tokenVariable: 'TOKEN' };
  }
}

const EXAMPLE_IDS: Readonly<Record<string, string>> = {
  uuid: 'c14990db-96a1-44c6-b13a-8ab12db96f61',
  webhook_uuid: 'c14990db-96a1-44c6-b13a-8ab12db96f61',
  app_uuid: '14361375-54d4-4ddb-8d2d-0dd212e13cd1',
  name: 'exampleListener',
  id: 'ID',
};

function byStatus(codes: readonly ErrorCode[]): readonly ErrorCode[] {
  return [...codes].sort((a, b) => catalogue[a].status - catalogue[b].status);
}

function errorLink(code: ErrorCode): Html {
  return html`<a href="#error-${code}">${catalogue[code].status} ${code}</a> `;
}
