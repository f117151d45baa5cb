/** Opens what the author wrote, and the processes it runs in. */
import { createExpressions } from '../listeners/expressions.ts';
import { createRunnerPool } from '../listeners/pool.ts';
import { createListenerRegistry } from '../listeners/registry.ts';
import { createViewCode } from '../listeners/views.ts';
import type { Tools } from './tools.ts';

const SLOTS_PER_RUNNER = 8;
/** Claimed runs for each slot: enough that none waits for the next claim. */
const CLAIMED_PER_SLOT = 8;

/** What the author wrote, and the processes it runs in. */
export async function openCode({ config, lifecycle, log, isDevelopment }: Tools) {
  const { listenersDir: dir, dataDir, runners } = config;
  const listeners = createListenerRegistry({
    dir,
    dataDir,
    watch: isDevelopment,
    defaults: { timeoutMs: config.runTimeoutMs, memoryMb: config.runMemoryMb },
    onReloadFailed: (error) => log.error({ err: error }, 'listeners.reload_failed'),
  });
  await listeners.start();
  lifecycle.onStop('listeners', listeners.stop);
  const report = (): void => {
    for (const problem of listeners.problems()) log.warn(problem, 'listener.unusable');
  };
  report();
  listeners.onChange(report);
  const pool = createRunnerPool({
    locate: listeners.locate,
    dir,
    dataDir,
    runners,
    slotsPerRunner: SLOTS_PER_RUNNER,
    memoryMb: config.runMemoryMb,
    onTrouble: (what, details) => log.warn(details, `runner.${what}`),
  });
  await pool.start();
  lifecycle.onStop('runners', () => pool.stop(0));
  const expressions = createExpressions({ onTrouble: (what, details) => log.warn(details, `expressions.${what}`) });
  await expressions.start();
  lifecycle.onStop('expressions', expressions.stop);
  const viewCode = createViewCode({
    dir: config.viewsDir,
    dataDir,
    watch: isDevelopment,
    timeoutMs: config.viewTimeoutMs,
    memoryMb: config.runMemoryMb,
    onTrouble: (what, details) => log.warn(details, `views.${what}`),
    onLog: (view, lines) => log.info({ view, lines }, 'view.printed'),
    onReloadFailed: (error) => log.error({ err: error }, 'views.reload_failed'),
  });
  await viewCode.start();
  lifecycle.onStop('view code', viewCode.stop);
  const reportViews = (): void => {
    for (const message of viewCode.problems()) log.warn({ message }, 'view.unusable');
  };
  reportViews();
  viewCode.onChange(reportViews);
  return { listeners, pool, expressions, viewCode, room: runners * SLOTS_PER_RUNNER * CLAIMED_PER_SLOT };
}

export type Code = Awaited<ReturnType<typeof openCode>>;
