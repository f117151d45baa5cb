import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { curlLine } from '../../server/http/docs/curl.ts';
import { html, withCode } from '../../server/http/docs/html.ts';
import { exampleOf, membersOf, typeText } from '../../server/http/docs/schema.ts';
import { openApiPath } from '../../server/http/openapi.ts';
import { catalogue } from '../../server/lib/errors.ts';
import { shellQuote } from '../../server/lib/shell.ts';
import { testApp } from './support/app.ts';

const readPage = (app = testApp().app) => request(app).get('/docs').set('host', 'localhost:4000');

describe('/docs', () => {
  it('shows every route and every error code', async () => {
    const { text } = await readPage();
    for (const { path } of testApp().routes) expect(text).toContain(`<code class="path">${openApiPath(path)}</code>`);
    for (const code of Object.keys(catalogue)) expect(text).toContain(`id="error-${code}"`);
  });

  it('leads nowhere outside and every link inside has a target', async () => {
    const { text } = await readPage();
    const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(20);
    for (const link of links) {
      if (link === '/openapi.json') continue;
      expect(link).toMatch(/^#/);
      expect(ids).toContain(link.slice(1));
    }
    expect(text).not.toMatch(/<script|<link|@import|url\(/);
  });

  it('allows itself nothing but its own style', async () => {
    const { text, headers } = await readPage();
    const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it('is for this machine, and for callers with a token', async () => {
    const { app } = testApp({ allowedHosts: ['box.test'] });
    expect((await readPage(app)).status).toBe(200);
    expect((await request(app).get('/docs').set('host', 'box.test')).status).toBe(401);
    const token = { host: 'box.test', authorization: 'Bearer sandbox-read' };
    expect((await request(app).get('/docs').set(token)).status).toBe(200);
  });
});

describe('html', () => {
  it('escapes what is put in, and not what it made itself', () => {
    const bad = `<b a="x" b='y'>&</b>`;
    expect(html`<p title="${bad}">${html`<i>${bad}</i>`}${[1, 'a&']}</p>`.html).not.toContain('<b');
    expect(html`<i>${html`<b>x</b>`}</i>`.html).toBe('<i><b>x</b></i>');
    expect(withCode('a `<x>` b').html).toBe('a <code>&#60;x&#62;</code> b');
  });
});

describe('curl lines', () => {
  it.each(["it's", '$(touch x)', 'a b', '`id`', '\\', '"', "'; rm -rf ~ #", 'line\nbreak', '*'])(
    'keep %j one word of the shell',
    (text) => {
      const out = execFileSync('sh', ['-c', `printf %s ${shellQuote(text)}`], { encoding: 'utf8' });
      expect(out).toBe(text);
    },
  );

  it('name the token by a variable', () => {
    const line = curlLine({ method: 'POST', url: 'http://localhost/x', tokenVariable: 'TOKEN', body: { a: "it's" } });
    expect(line).toBe(
      [
        'curl -X POST \\',
        '  http://localhost/x \\',
        '  -H "authorization: Bearer $TOKEN" \\',
        "  -H 'content-type: application/json' \\",
        `  -d '{"a":"it'\\''s"}'`,
      ].join('\n'),
    );
  });
});

describe('schemas for people', () => {
  it.each([
    [{ type: 'string', format: 'uuid' }, 'string, uuid'],
    [{ type: 'integer', minimum: 1, maximum: 250 }, 'integer 1…250'],
    [{ anyOf: [{ const: 'a' }, { const: 'b' }, { type: 'null' }] }, '"a" or "b" or null'],
    [{ type: 'array', items: { type: 'string' } }, 'list of string'],
    [{ type: ['object', 'null'] }, 'object or null'],
    [{ enum: ['x', 1] }, '"x" or 1'],
    [{}, 'any JSON'],
  ])('%j reads %s', (schema, text) => expect(typeText(schema)).toBe(text));

  it('lists the members of inner objects under their path, each once', () => {
    const inner = { type: 'object', properties: { b: { type: 'string' } }, required: ['b'] };
    const schema = { properties: { a: { anyOf: [inner, inner] }, list: { type: 'array', items: inner } } };
    expect(membersOf(schema).map(({ path }) => path)).toEqual(['a', 'a.b', 'list', 'list[].b']);
  });

  it('ends with a schema that holds itself', () => {
    const loop: { properties: Record<string, unknown> } = { properties: {} };
    loop.properties.me = loop;
    expect(membersOf(loop as never).length).toBeLessThan(10);
    expect(exampleOf(loop as never)).toEqual({});
  });
});
