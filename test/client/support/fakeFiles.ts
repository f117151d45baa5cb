/** What the fake server answers over HTTP: the built client under the policy of the real one, component schemas, signing in. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { describeComponents } from '../../../server/schemas/components/catalogue.ts';

export type Auth = (path: string, body: unknown) => { readonly status: number; readonly body: unknown };

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.ts': 'text/plain',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export async function answerFiles(
  clientDir: string,
  req: IncomingMessage,
  res: ServerResponse,
  auth: Auth,
): Promise<void> {
  const { pathname } = new URL(req.url ?? '/', 'http://here');
  if (req.method === 'POST') {
    const { status, body } = auth(req.url ?? '', JSON.parse((await textOf(req)) || 'null'));
    send(res, status, 'application/json', JSON.stringify(body));
    return;
  }
  if (pathname === '/components.json') {
    send(res, 200, 'application/json', JSON.stringify(describeComponents()));
    return;
  }
  const type = TYPES[extname(pathname)];
  if (type !== undefined && !pathname.includes('..')) {
    const bytes = await readFile(join(clientDir, pathname)).catch(() => undefined);
    send(res, bytes === undefined ? 404 : 200, type, bytes ?? '');
    return;
  }
  const nonce = randomBytes(16).toString('base64url');
  res.setHeader('content-security-policy', policy(nonce, req.headers.host ?? ''));
  const page = await readFile(join(clientDir, 'index.html'), 'utf8');
  send(res, 200, 'text/html; charset=utf-8', page.replaceAll('__CSP_NONCE__', nonce));
}

function send(res: ServerResponse, status: number, type: string, body: string | Buffer): void {
  res.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

async function textOf(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

const policy = (nonce: string, host: string) =>
  [
    "default-src 'self'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    `connect-src 'self' ws://${host}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
