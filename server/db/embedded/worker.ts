/** The engine's thread: opens the data file, listens, tells its parent, and stops when told. */
import { parentPort, workerData } from 'node:worker_threads';
import { createRunner } from './commands/run.ts';
import { openEngine } from './engine.ts';
import { EngineFault } from './store/faults.ts';
import { listen } from './wire/listen.ts';
import { createScramUser } from './wire/scram.ts';
import { type FromWorker, type ToWorker, type WorkerSettings } from './worker-messages.ts';

const settings = workerData as WorkerSettings;
const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread');

const tell = (message: FromWorker): void => port.postMessage(message);

function reportError(error: unknown, where: string): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  tell({ kind: 'error', where, message, stack });
}

async function start(): Promise<void> {
  const { login } = settings;
  const engine = openEngine({ ...settings, onSweepError: (error) => reportError(error, 'sweep') });
  const listener = await listen({
    at: settings.listenAt,
    user: login === undefined ? undefined : createScramUser(login.name, login.password),
    run: createRunner(engine),
    onInternalError: reportError,
    halfMessageMs: settings.halfMessageMs,
  });
  // Stopping is all that is ever asked of it.
  port!.on('message', (_message: ToWorker) => {
    void listener.close().then(() => {
      engine.stop();
      tell({ kind: 'stopped' });
      port!.close();
    });
  });
  tell({ kind: 'ready', port: listener.port });
}

start().catch((error: unknown) => {
  const code = error instanceof EngineFault ? error.code : 'engine_failed';
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  tell({ kind: 'fault', code, message, stack });
  port.close();
});
