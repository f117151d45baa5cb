/** Files of the built client. Only names that a build gives are looked for, so no path leads out of its folder. */
import { access } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Request, Response } from 'express';
import { AppError } from '../lib/errors.ts';

/** A file the client's folder may hold, and how it is sent. */
export interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the log. */
  readonly route: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** No name begins with a dot, and nothing is percent-decoded. */
const ASSET = /^\/assets(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
/** Assets have a hash of their content in their name. */
const FOR_EVER = { 'cache-control': 'public, max-age=31536000, immutable' };
/** Asked for again each time, and sent only where it has changed. */
const CHECKED = { 'cache-control': 'no-cache' };
/** Pages of other sites load the module; it is the same for everybody. */
const FOR_ANY_SITE = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

/** Undefined for what is no address of a file. Throws `not_found` below `/assets` for names no build gives. */
export function fileOf(path: string): PageFile | undefined {
  if (path === '/sdk.js' || path === '/sdk.d.ts') return file(path, { ...CHECKED, ...FOR_ANY_SITE });
  if (path === '/favicon.svg') return file(path, CHECKED);
  if (path !== '/assets' && !path.startsWith('/assets/')) return undefined;
  if (!ASSET.test(path) || TYPES[extname(path)] === undefined) throw new AppError('not_found');
  return { ...file(path, FOR_EVER), route: '/assets/*' };
}

function file(path: string, headers: Readonly<Record<string, string>>): PageFile {
  return { path, type: TYPES[extname(path)] ?? 'application/octet-stream', headers, route: path };
}

/** Made smaller at build time, best first. */
const CODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;

/** Sends the file, or the smallest copy beside it that the browser takes. Gives its route; throws `not_found`. */
export async function sendFile(
  req: Request,
  res: Response,
  root: string,
  { path, ...file }: PageFile,
): Promise<string> {
  const accepted = CODINGS.filter(({ name }) => req.acceptsEncodings(name) === name);
  const coding = await firstThere(accepted, ({ ending }) => join(root, path + ending));
  for (const [name, value] of Object.entries(file.headers)) res.setHeader(name, value);
  res.setHeader('content-type', file.type);
  res.vary('accept-encoding');
  if (coding !== undefined) res.setHeader('content-encoding', coding.name);
  await new Promise<void>((done, fail) => {
    const options = { root, cacheControl: false, acceptRanges: false, dotfiles: 'deny' } as const;
    res.sendFile(path.slice(1) + (coding?.ending ?? ''), options, (error: unknown) => {
      if (error === undefined || error === null || res.headersSent || isGone(error)) done();
      else fail(isAbsent(error) ? absent(res, error) : (error as Error));
    });
  });
  return file.route;
}

async function firstThere<T>(all: readonly T[], pathOf: (one: T) => string): Promise<T | undefined> {
  for (const one of all) {
    const isThere = await access(pathOf(one)).then(
      () => true,
      () => false,
    );
    if (isThere) return one;
  }
  return undefined;
}

function absent(res: Response, cause: unknown): AppError {
  for (const name of res.getHeaderNames()) {
    if (/^(?:cache-control|content-encoding|access-control-allow-origin)$/.test(name)) res.removeHeader(name);
  }
  return new AppError('not_found', { detail: 'The built client has no such file.', cause });
}

/** A folder, or a condition of the request that the file does not meet, is no file for this caller either. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'status' in error && Number(error.status) < 500;
}

/** The caller has left. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNABORTED';
}
