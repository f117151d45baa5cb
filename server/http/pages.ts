/**
 * What a browser loads: the built client with its assets, the module for other sites' pages, and the one HTML page that
 * stands for every address of the app. The page comes with a nonce of its own and a policy that lets it run its own
 * scripts and nothing else. Addresses of the API are never answered here.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Request, Response } from 'express';
import { environmentNamed } from '../schemas/app.ts';
import { fileOf, sendFile } from './pageFiles.ts';

export interface PagesDeps {
  /** The folder of the built client: `index.html`, `sdk.js`, `favicon.svg`, `assets/`. */
  readonly clientDir: string;
  /** Whether the app has a page there. `path` is as in the URL, percent-encoded, without the environment's `/@sandbox`. */
  readonly isPage: (environmentId: number, path: string) => boolean;
  /** JSON Schemas of the components, for editors. */
  readonly components: () => unknown;
  readonly publicUrl: string | undefined;
}

const NONCE_PLACEHOLDER = '__CSP_NONCE__';
const SANDBOX = '/@sandbox';
const OWN_PAGES = '/_earshot/';
/** What belongs to programs, with all that lies below. */
const API = ['/app', '/apps', '/auth', '/docs', '/openapi.json', '/metrics', '/health', '/socket.io'];

/** Gives the name for the log of what was answered, or undefined where there was nothing to answer. */
export function createPages({ clientDir, isPage, components, publicUrl }: PagesDeps) {
  const root = resolve(clientDir);
  const readPage = createPageReader(join(root, 'index.html'));
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  let described: { readonly text: string; readonly tag: string } | undefined;

  return async function answer(req: Request, res: Response): Promise<string | undefined> {
    if (req.method !== 'GET' && req.method !== 'HEAD') return undefined;
    if (req.path === '/components.json') {
      described ??= describe(components());
      return sendComponents(req, res, described);
    }
    const file = fileOf(req.path);
    if (file !== undefined) return sendFile(req, res, root, file);
    if (isApi(req.path) || !wantsHtml(req)) return undefined;
    await sendPage(req, res);
    return '(page)';
  };

  async function sendPage(req: Request, res: Response): Promise<void> {
    const page = await readPage();
    res.setHeader('cache-control', 'no-store');
    if (page === undefined) {
      res.status(503).type('text/plain');
      res.send('The client for browsers is not built yet: run "npm run build" and load this page again.\n');
      return;
    }
    const nonce = randomBytes(16).toString('base64url');
    res.setHeader('content-security-policy', policyOf(nonce, [req.headers.host, publicHost]));
    res.status(isThere(req.path, isPage) ? 200 : 404).type('html');
    res.send(page.replaceAll(NONCE_PLACEHOLDER, nonce));
  }
}

function describe(components: unknown): { readonly text: string; readonly tag: string } {
  const text = JSON.stringify(components);
  return { text, tag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}

function sendComponents(req: Request, res: Response, { text, tag }: { readonly text: string; readonly tag: string }) {
  res.setHeader('cache-control', 'no-cache');
  res.setHeader('etag', tag);
  if (req.fresh) res.status(304).end();
  else res.type('json').send(text);
  return '/components.json';
}

/** The page is read again when it was built anew. */
function createPageReader(path: string) {
  let known: { readonly modifiedMs: number; readonly text: string } | undefined;

  return async function readPage(): Promise<string | undefined> {
    try {
      const { mtimeMs: modifiedMs } = await stat(path);
      if (known?.modifiedMs !== modifiedMs) known = { modifiedMs, text: await readFile(path, 'utf8') };
      return known.text;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  };
}

/** Hosts have passed the host check, which takes names, addresses and ports only: nothing that could end a directive. */
function policyOf(nonce: string, hosts: readonly (string | undefined)[]): string {
  const own = [...new Set(hosts.filter((host) => host !== undefined))];
  return [
    "default-src 'self'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    ["connect-src 'self'", ...own.flatMap((host) => [`ws://${host}`, `wss://${host}`])].join(' '),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function isThere(path: string, isPage: PagesDeps['isPage']): boolean {
  const isSandbox = path === SANDBOX || path.startsWith(`${SANDBOX}/`);
  const inside = isSandbox ? path.slice(SANDBOX.length) || '/' : path;
  if (inside.startsWith(OWN_PAGES)) return true;
  try {
    decodeURIComponent(inside);
  } catch {
    return false;
  }
  return isPage(environmentNamed(isSandbox ? 'sandbox' : 'production').id, inside);
}

function isApi(path: string): boolean {
  return API.some((own) => path === own || path.startsWith(`${own}/`));
}

/** Named as such: a program that takes anything is answered like a program. */
function wantsHtml({ headers }: Request): boolean {
  return (headers.accept ?? '')
    .split(',')
    .some((range) => /^\s*text\/html\s*(?:;(?!\s*q=0(?:\.0*)?\s*$)|$)/i.test(range));
}
