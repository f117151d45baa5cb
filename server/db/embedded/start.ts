/**
 * Starts the embedded engine in a thread of its own and tells how to connect: a `mongodb://` URL for the official driver
 * and Mongoose, unmodified. The data directory is this user's alone (0700), the socket too (0600), and who connects must
 * know a password that was made for this start and stands nowhere but in the URL.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { entryBeside } from '../../lib/entry.ts';
import { type Logger } from '../../lib/log.ts';
import { EngineFault, startFault } from './store/faults.ts';
import { type FromWorker, type ToWorker, type WorkerSettings } from './worker-messages.ts';

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log?: Pick<Logger, 'error'> | undefined;
  /** How often expired documents are looked for. */
  readonly ttlSweepMs?: number | undefined;
  /** A transaction nobody uses is aborted after this. */
  readonly transactionIdleMs?: number | undefined;
  /** How long a message that has begun may take to arrive. */
  readonly halfMessageMs?: number | undefined;
  /**
   * For conformance runs, which speak to a plain server: a port on 127.0.0.1, no login, and the answer to `hello` that a
   * standalone server (or a replica set) gives.
   */
  readonly conformance?: { readonly port: number; readonly topology: WorkerSettings['topology'] } | undefined;
}

export interface Embedded {
  readonly url: string;
  /** Settles only when the thread ends without having been told to: nothing can be stored any more. */
  readonly died: Promise<Error>;
  readonly stop: () => Promise<void>;
}

const USER = 'earshot';
/** What the operating system takes as the path of a socket, less one for the end mark. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Rejects with an EngineFault that says what to do. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { dataDir, log, conformance } = options;
  prepareDirectory(dataDir);
  const socketPath = join(dataDir, 'engine.sock');
  const usesSocket =
    conformance === undefined && process.platform !== 'win32' && Buffer.byteLength(socketPath) <= MAX_SOCKET_PATH_BYTES;
  const login = conformance === undefined ? { name: USER, password: randomBytes(32).toString('base64url') } : undefined;
  const settings: WorkerSettings = {
    dataDir,
    listenAt: usesSocket ? { path: socketPath } : { port: conformance?.port ?? 0 },
    login,
    topology: conformance?.topology ?? 'replicaSet',
    ttlSweepMs: options.ttlSweepMs ?? 60_000,
    transactionIdleMs: options.transactionIdleMs ?? 60_000,
    halfMessageMs: options.halfMessageMs ?? 30_000,
  };
  const worker = startWorker(settings);
  const port = await readiness(worker, dataDir);
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'error') log?.error(message, 'engine.error');
  });
  const death = watchForDeath(worker, (error) => log?.error({ err: error }, 'engine.died'));
  return {
    url: urlOf(usesSocket ? socketPath : `127.0.0.1:${port ?? 0}`, login),
    died: death.died,
    stop: () => (death.expect(), stopWorker(worker)),
  };
}

function prepareDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const { uid } = statSync(dataDir);
    const own = process.getuid?.();
    if (own !== undefined && own !== 0 && uid !== own)
      throw new EngineFault(
        'no_permission',
        `${dataDir} belongs to another user. Choose a data directory of your own (DATA_DIR).`,
      );
    chmodSync(dataDir, 0o700);
  } catch (error) {
    throw startFault(error, dataDir);
  }
}

/**
 * In the compiled program the thread starts straight from its file. From TypeScript source a flag is not enough: tsx leaves
 * threads alone on Node 20, so a line of plain JavaScript registers it in the thread first.
 */
function startWorker(settings: WorkerSettings): Worker {
  const { url } = entryBeside(import.meta.url, './worker');
  // A larger nursery: what a batch allocates is garbage when it is committed, and should not be copied around till then.
  const resourceLimits = { maxYoungGenerationSizeMb: 48 };
  const options = { workerData: settings, env: {}, execArgv: [], resourceLimits };
  if (!url.pathname.endsWith('.ts')) return new Worker(url, options);
  const tsx = new URL(
    'dist/esm/api/index.mjs',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
  ).href;
  const boot = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); })`;
  return new Worker(boot, { ...options, eval: true });
}

/** The thread inherits the mask of this process and cannot change it itself, so files are made private from here. */
function readiness(worker: Worker, dataDir: string): Promise<number | undefined> {
  const mask = process.umask(0o077);
  return new Promise<number | undefined>((resolve, reject) => {
    worker.once('message', (message: FromWorker) => {
      if (message.kind === 'ready') resolve(message.port);
      else if (message.kind === 'fault') reject(new EngineFault(message.code, message.message));
      else reject(new EngineFault('engine_failed', `the engine did not start: ${message.kind}`));
    });
    worker.once('error', (error) => reject(startFault(error, dataDir)));
    worker.once('exit', (code) =>
      reject(new EngineFault('engine_failed', `the engine's thread ended with code ${code}`)),
    );
  }).finally(() => process.umask(mask));
}

function watchForDeath(
  worker: Worker,
  report: (error: Error) => void,
): { readonly died: Promise<Error>; readonly expect: () => void } {
  let isExpected = false;
  const died = new Promise<Error>((resolve) => {
    const end = (error: Error): void => {
      if (isExpected) return;
      isExpected = true;
      report(error);
      resolve(error);
    };
    worker.once('error', end);
    worker.once('exit', (code) => end(new Error(`the engine's thread ended with code ${code}`)));
  });
  return {
    died,
    expect: () => {
      isExpected = true;
    },
  };
}

function stopWorker(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.on('message', (message: FromWorker) => {
      // Ending the thread is what frees the file: libsql keeps its statements, and with them the lock, until then.
      if (message.kind === 'stopped') void worker.terminate();
    });
    worker.postMessage({ kind: 'stop' } satisfies ToWorker);
  });
}

function urlOf(host: string, login: WorkerSettings['login']): string {
  const address = host.startsWith('/') ? encodeURIComponent(host) : host;
  if (login === undefined) return `mongodb://${address}/?directConnection=true`;
  const credentials = `${encodeURIComponent(login.name)}:${encodeURIComponent(login.password)}`;
  return `mongodb://${credentials}@${address}/?directConnection=true&authSource=admin&authMechanism=SCRAM-SHA-256`;
}
