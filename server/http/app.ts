/**
 * The management surface and the pages as an Express app, made from a table of routes. A request passes, in this order:
 * request id and log line → Host check → security headers → route → token and scope → input → handler → answer.
 * What no route takes is a page's file, a page, or not there. Whatever is thrown on the way becomes a problem body.
 */
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import { AppError } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { HostCheck } from '../lib/hostCheck.ts';
import type { NewId } from '../lib/ids.ts';
import type { Logger } from '../lib/log.ts';
import type { Access } from '../schemas/token.ts';
import { createAuthorizer } from './auth.ts';
import { createCallerAddress } from './caller.ts';
import type { ExposureWatch } from './exposure.ts';
import type { ReadBody } from './body.ts';
import { createSecurityHeaders } from './headers.ts';
import { createInputReader } from './input.ts';
import type { Metrics } from './metrics.ts';
import { createPages, type PagesDeps } from './pages.ts';
import { problemOf } from './problem.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './requestId.ts';
import { logRequest, type RequestNote } from './requestLog.ts';
import type { Answer, Route } from './route.ts';
import { createVisitorReader, type VisitorDeps } from './visitor.ts';

export interface HttpDeps {
  readonly routes: readonly Route[];
  readonly authenticate: (token: string) => Promise<Access | undefined>;
  readonly hosts: HostCheck;
  readonly exposure: ExposureWatch;
  readonly metrics: Pick<Metrics, 'requestDone'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly readBody: ReadBody;
  /** Proxies in front whose forwarding headers are believed. */
  readonly trustProxy: number;
  /** True where PUBLIC_URL is https. */
  readonly isHttps: boolean;
  readonly publicUrl?: string | undefined;
  /** Whose session a cookie is. Without it everybody in a browser is a guest. */
  readonly identify?: VisitorDeps['identify'];
  /** Without them there is the API only. */
  readonly pages?: Omit<PagesDeps, 'publicUrl'>;
}

/** Builds the app; it listens on nothing. */
export function createHttpApp(deps: HttpDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('trust proxy', deps.trustProxy);
  app.use((req, res, next) => {
    const note: RequestNote = { requestId: requestIdOf(req, deps.newId), route: '(none)' };
    res.locals.note = note;
    res.setHeader(REQUEST_ID_HEADER, note.requestId);
    logRequest(req, res, note, deps);
    deps.exposure.observe(req.headers);
    if (!deps.hosts.isAllowed(req.headers.host)) throw unknownHost();
    next();
  });
  app.use(createSecurityHeaders(deps));
  mountRoutes(app, deps);
  if (deps.pages !== undefined) mountPages(app, { ...deps.pages, publicUrl: deps.publicUrl });
  app.use(() => {
    throw new AppError('not_found', { detail: 'There is nothing at this address; /docs lists what there is.' });
  });
  app.use(createErrorHandler(deps.log));
  return app;
}

function mountRoutes(app: Express, deps: HttpDeps): void {
  const authorize = createAuthorizer({
    authenticate: deps.authenticate,
    isFromHere: (req) => deps.exposure.isFromHere(req.socket.remoteAddress, req.headers),
    readVisitor: createVisitorReader({
      identify: deps.identify ?? (() => Promise.resolve(undefined)),
      callerAddress: createCallerAddress(deps.trustProxy),
      publicUrl: deps.publicUrl,
    }),
  });
  for (const route of deps.routes) {
    const readInput = createInputReader(route, deps);
    app[route.method](route.path, async (req: Request, res: Response) => {
      const note = noteOf(res);
      note.route = route.path;
      const access = await authorize(req, route.auth, route);
      note.access = access;
      try {
        const input = await readInput({ req, params: req.params, query: req.query });
        send(res, await route.handle({ ...input, access, requestId: note.requestId }));
      } catch (error) {
        throw route.params !== undefined && isNotFound(error) ? absent(error) : error;
      }
    });
  }
  for (const [path, methods] of methodsByPath(deps.routes)) {
    app.all(path, (req: Request, res: Response) => {
      noteOf(res).route = path;
      res.setHeader('allow', methods.join(', '));
      if (req.method !== 'OPTIONS')
        throw new AppError('method_not_allowed', { detail: `Allowed: ${methods.join(', ')}.` });
      // No access-control headers: pages of other origins have no business here.
      res.status(204).end();
    });
  }
}

function mountPages(app: Express, deps: PagesDeps): void {
  const answer = createPages(deps);
  app.use(async (req: Request, res: Response, next) => {
    const served = await answer(req, res);
    if (served === undefined) next();
    else noteOf(res).route = served;
  });
}

function send(res: Response, { status, body, contentType, headers }: Answer): void {
  if (!res.hasHeader('cache-control')) res.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(headers ?? {})) res.setHeader(name, value);
  res.status(status);
  if (body === undefined) {
    res.end();
    return;
  }
  res.setHeader('content-type', contentType ?? 'application/json; charset=utf-8');
  res.send(Buffer.from(typeof body === 'string' && contentType !== undefined ? body : JSON.stringify(body)));
}

function createErrorHandler(log: Logger): ErrorRequestHandler {
  // Express tells error handlers from others by their four parameters.
  return (error: unknown, _req, res, _next) => {
    const note = noteOf(res);
    const { status, headers, body, isBug } = problemOf(error, note.requestId);
    note.code = body.code;
    if (isBug) log.error({ err: error, requestId: note.requestId, route: note.route }, 'http.bug');
    if (res.headersSent) {
      res.destroy();
      return;
    }
    // What is left of a refused body is not read: the connection cannot carry another request.
    if (body.code === 'body_too_large' || body.code === 'malformed_body') res.setHeader('connection', 'close');
    send(res, { status, headers, body: JSON.stringify(body), contentType: headers['content-type'] ?? '' });
  };
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, method } of routes) {
    const methods = found.get(path) ?? ['OPTIONS'];
    methods.push(method.toUpperCase(), ...(method === 'get' ? ['HEAD'] : []));
    found.set(path, methods);
  }
  return found;
}

/** The same words for an id that never existed and one of another environment: nobody can tell them apart. */
function absent(cause: unknown): AppError {
  return new AppError('not_found', { detail: 'There is nothing with this id in this environment.', cause });
}

function isNotFound(error: unknown): boolean {
  return error instanceof AppError && error.code === 'not_found';
}

function unknownHost(): AppError {
  return new AppError('misdirected_host', {
    detail:
      'Earshot does not know itself by this Host. Set PUBLIC_URL to the public address, or add it to ALLOWED_HOSTS.',
  });
}

function noteOf(res: Response): RequestNote {
  return res.locals.note as RequestNote;
}
