/** The management surface with everything behind it faked, each fake guarding its things by environment as a store does. */
import type { Express } from 'express';
import { fakeClockwork } from './clockwork.ts';
import { fakeData } from './data.ts';
import { fakeOutbound } from './outbound.ts';
import { fakeUsers, testIdentify } from './users.ts';
import { createHttpApp, type HttpDeps } from '../../../server/http/app.ts';
import { createBodyReader } from '../../../server/http/body.ts';
import { createExposureWatch } from '../../../server/http/exposure.ts';
import { createMetrics, type Metrics } from '../../../server/http/metrics.ts';
import { createRouteTable, type RouteTableDeps } from '../../../server/http/routeTable.ts';
import type { Route } from '../../../server/http/route.ts';
import { createCursorSealer } from '../../../server/lib/cursor.ts';
import { AppError } from '../../../server/lib/errors.ts';
import { createLoopbackRule } from '../../../server/lib/egress/loopback.ts';
import { createHostCheck } from '../../../server/lib/hostCheck.ts';
import { createIdMaker } from '../../../server/lib/ids.ts';
import type { Logger } from '../../../server/lib/log.ts';
import type { Page, PageOf } from '../../../server/schemas/list.ts';
import type { Access, Scope } from '../../../server/schemas/token.ts';
import { aRun, aRunSummary, aToken, aWebhook, RUN_ID, TOKEN_ID, WEBHOOK_UUID } from './records.ts';
import { withCheckedAnswers } from './checkAnswers.ts';

/** `production-admin`, `sandbox-read` … open what they say; any other token opens nothing. */
export function testAccess(token: string): Access | undefined {
  const [, name, scope] = /^(production|sandbox)-(read|write|admin)$/.exec(token) ?? [];
  if (name === undefined) return undefined;
  const environmentId = name === 'production' ? 1 : 2;
  return {
    appUuid: '14361375-54d4-4ddb-8d2d-0dd212e13cd1',
    environmentId,
    tokenId: TOKEN_ID,
    scopes: [scope as Scope],
  };
}

export interface TestApp {
  readonly app: Express;
  readonly routes: readonly Route[];
  readonly metrics: Metrics;
  /** What was logged: the members of each line, and its message as `msg`. */
  readonly lines: readonly Record<string, unknown>[];
  readonly isLoopbackOpen: () => boolean;
}

export interface TestAppOptions {
  readonly deps?: Partial<RouteTableDeps>;
  /** Routes of the test's own, beside those of the table. */
  readonly more?: readonly Route[];
  readonly publicUrl?: string;
  readonly host?: string;
  readonly allowedHosts?: readonly string[];
  readonly authenticate?: (token: string) => Promise<Access | undefined>;
  readonly now?: () => number;
  readonly trustProxy?: number;
  readonly identify?: HttpDeps['identify'];
  readonly pages?: HttpDeps['pages'];
}

export function testApp(options: TestAppOptions = {}): TestApp {
  const { publicUrl, host = '127.0.0.1', allowedHosts = [], now = () => Date.now() } = options;
  const clock = { now };
  const metrics = createMetrics();
  const lines: Record<string, unknown>[] = [];
  const loopback = createLoopbackRule({ host, publicUrl });
  const routes = createRouteTable({ ...fakeDeps(clock, metrics), ...options.deps });
  const app = createHttpApp({
    routes: withCheckedAnswers([...routes, ...(options.more ?? [])]),
    authenticate: options.authenticate ?? ((token) => Promise.resolve(testAccess(token))),
    hosts: createHostCheck({ host, publicUrl, allowedHosts }),
    exposure: createExposureWatch({ loopback, publicUrl }),
    metrics,
    log: collectingLogger(lines),
    clock,
    newId: createIdMaker(clock.now),
    readBody: createBodyReader({ limitBytes: 1_048_576 }),
    trustProxy: options.trustProxy ?? 0,
    isHttps: publicUrl?.startsWith('https:') ?? false,
    publicUrl,
    identify: options.identify ?? testIdentify,
    ...(options.pages && { pages: options.pages }),
  });
  return {
    app,
    routes,
    metrics,
    lines,
    isLoopbackOpen: loopback.isOpen,
  };
}

function collectingLogger(lines: Record<string, unknown>[]): Logger {
  const write = (members: object, msg?: string): void => void lines.push({ ...members, msg });
  return { debug: write, info: write, warn: write, error: write, fatal: write, isLevelEnabled: () => true };
}

function fakeDeps(clock: { now: () => number }, metrics: Metrics): RouteTableDeps {
  const own = <T>(environmentId: number, isThere: boolean, thing: T): Promise<T> =>
    environmentId === 1 && isThere
      ? Promise.resolve(thing)
      : Promise.reject(new AppError('not_found', { detail: 'no' }));
  const hook = <T>(environmentId: number, uuid: string, thing: T) => own(environmentId, uuid === WEBHOOK_UUID, thing);
  const run = (environmentId: number, id: string) => own(environmentId, id === RUN_ID, aRun());
  return {
    webhooks: {
      create: (environmentId, input) =>
        Promise.resolve(aWebhook({ ...(input as object), environment_id: environmentId })),
      list: (environmentId, _filter, page) => pageOf(environmentId, page, aWebhook()),
      get: (environmentId, uuid) => hook(environmentId, uuid, aWebhook()),
      patch: (environmentId, uuid, change) => hook(environmentId, uuid, aWebhook(change as object)),
      remove: (environmentId, uuid) => hook(environmentId, uuid, undefined),
      rotate: (environmentId, uuid) => {
        const previous = { uuid, url: 'http://localhost:4000/old', answers_until: '2026-02-01T09:30:00.000Z' };
        return hook(environmentId, uuid, { ...aWebhook(), previous });
      },
      test: (environmentId, uuid) => hook(environmentId, uuid, { run: RUN_ID }),
    },
    listeners: {
      list: () => [
        {
          name: 'exampleListener',
          file: 'listeners/exampleListener.ts',
          propsSchema: { type: 'object' },
          timeoutMs: 30_000,
          retries: [10_000],
          concurrency: null,
          rate: null,
          debounce: null,
          batch: null,
          memoryMb: 128,
        },
      ],
      problems: () => [{ file: 'listeners/broken.ts', message: 'It does not load.' }],
    },
    runs: {
      list: (environmentId, _filter, page) => pageOf(environmentId, page, aRunSummary()),
      get: run,
      retry: run,
      cancel: run,
      wait: () => Promise.resolve(undefined),
      startByHand: (_environmentId, action) =>
        action === 'exampleListener'
          ? Promise.resolve({ id: RUN_ID })
          : Promise.reject(new AppError('listener_not_found', { extra: { nearest: ['exampleListener'] } })),
    },
    tokens: {
      create: (environmentId) => Promise.resolve({ ...aToken({ environment_id: environmentId }), token: 'ear_p1' }),
      list: (environmentId, page) => pageOf(environmentId, page, aToken()),
      revoke: (environmentId, id) => own(environmentId, id === TOKEN_ID, undefined),
    },
    ...fakeOutbound(pageOf),
    data: fakeData(pageOf),
    ...fakeUsers(pageOf),
    ...fakeClockwork(pageOf),
    cursors: createCursorSealer({ key: Buffer.alloc(32, 7), clock }),
    pingDatabase: () => Promise.resolve(),
    isStopping: () => false,
    metrics,
    version: '0.0.0-test',
    serverUrl: () => 'http://localhost:4000',
  };
}

/** Three pages of one item each in environment 1, nothing elsewhere. */
function pageOf<T>(environmentId: number, page: Page, item: T): Promise<PageOf<T>> {
  if (environmentId !== 1) return Promise.resolve({ items: [], next: null });
  const at = Number(page.after ?? '0') + 1;
  return Promise.resolve({ items: [item], next: at < 3 ? String(at) : null });
}
