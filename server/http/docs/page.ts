/**
 * `/docs`: the whole API on one page, made from the route table. It works offline and without any script; its policy
 * lets the browser use nothing but the one style sheet inside it, told by its hash.
 */
import { createHash } from 'node:crypto';
import { catalogue } from '../../lib/errors.ts';
import type { RouteDoc } from '../route.ts';
import { html, type Html } from './html.ts';
import { anchorOf, renderRoute } from './route.ts';
import { docsStyle } from './style.ts';

export interface DocsOptions {
  readonly routes: readonly RouteDoc[];
  readonly version: string;
  readonly serverUrl: string;
}

const styleHash = createHash('sha256').update(docsStyle).digest('base64');

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function renderDocs({ routes, version, serverUrl }: DocsOptions): {
  readonly html: string;
  readonly policy: string;
} {
  const tags = [...new Set(routes.map(({ tag }) => tag))].map((tag) => ({
    tag,
    routes: routes.filter((route) => route.tag === tag),
  }));
  const style: Html = { html: `<style>${docsStyle}</style>` };
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Earshot API</title>
        ${style}
      </head>
      <body>
        <div class="frame">
          <nav aria-label="Routes">
            <h1>Earshot API</h1>
            <p>Version ${version} · <a href="/openapi.json">openapi.json</a></p>
            <div class="groups">
              ${tags.map(({ tag, routes: own }) => navGroup(tag, own.map(navItem)))}
              ${navGroup('Reference', [
                html`<li>
                  <a href="#errors"><span>Errors</span></a>
                </li>`,
              ])}
            </div>
          </nav>
          <main>
            ${intro()}
            ${tags.map(
              ({ tag, routes: own }) =>
                html`<h2>${tag}</h2>
                  ${own.map((route) => renderRoute(route, serverUrl))}`,
            )}
            ${errorTable()}
          </main>
        </div>
      </body>
    </html>`;
  // Nothing of the layout of this file belongs into the page; what stands in <pre> has no such indentation.
  return { html: page.html.replace(/\n {4,}(?=<)/g, '\n'), policy };
}

function navGroup(title: string, items: readonly Html[]): Html {
  return html`<div>
    <h2>${title}</h2>
    <ul>
      ${items}
    </ul>
  </div>`;
}

function navItem(route: RouteDoc): Html {
  return html`<li>
    <a href="#${anchorOf(route)}"
      ><span class="method ${route.method}">${route.method.toUpperCase()}</span><span>${route.summary}</span></a
    >
  </li>`;
}

function intro(): Html {
  return html`<p class="lead">
      Requests under <code>/app</code> carry a token: <code>Authorization: Bearer ear_…</code>. The token decides the
      environment; the first ones stand in <code>credentials.json</code> in the data directory. Bodies are JSON, times
      are ISO 8601 in UTC, lists are <code>{ data, next_cursor }</code>. The command lines below expect a token in
      <code>$TOKEN</code>:
    </p>
    <pre
      tabindex="0"
    ><code>TOKEN=$(node -p "JSON.parse(fs.readFileSync('data/credentials.json')).environments.sandbox.token")</code></pre>`;
}

function errorTable(): Html {
  const rows = Object.entries(catalogue).map(
    ([code, { status, title }]) =>
      html`<tr id="error-${code}">
        <th scope="row"><code>${code}</code></th>
        <td><b class="status">${status}</b> ${title}.</td>
      </tr>`,
  );
  return html`<h2 id="errors">Errors</h2>
    <p class="lead">
      Bodies are <code>application/problem+json</code> (RFC 9457). <code>code</code> is the stable name to program
      against, <code>instance</code> the request id that also stands in the log.
    </p>
    <table>
      ${rows}
    </table>`;
}
