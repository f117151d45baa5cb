/** Starts Earshot as a process: settings in, banner out, signals to a clean stop. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { startApp } from './app.ts';
import { renderBanner } from './apps/banner.ts';
import { StartError } from './apps/startError.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { EngineFault } from './db/embedded/store/faults.ts';
import { createLogger } from './lib/log.ts';

const IMPATIENT_AFTER_MS = 1_000;

async function main(): Promise<void> {
  process.umask(0o077); // what is made here is for this user alone
  const config = readConfig();
  const format = config.logFormat === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : config.logFormat;
  const log = createLogger({ level: config.logLevel, format });
  const version = readVersion();
  const running = await startApp({ config, log, version, isDevelopment: process.argv.includes('--dev') });

  process.stdout.write(
    renderBanner({
      version,
      url: running.url,
      publicUrl: config.publicUrl,
      credentialsPath: relative(process.cwd(), running.credentialsPath),
      credentials: running.app.credentials,
      egressAllow: config.egressAllow,
      isLoopbackOpen: running.isLoopbackOpen,
      storage: storageText(config),
      useColour: process.stdout.isTTY,
    }) + '\n',
  );

  let stoppingSince: number | undefined;
  const stop = async (signal: string): Promise<void> => {
    // Ctrl-C comes twice when npm passes on what the terminal has sent already; a person's second one means it.
    if (stoppingSince !== undefined) {
      if (Date.now() - stoppingSince > IMPATIENT_AFTER_MS) process.exit(1);
      return;
    }
    stoppingSince = Date.now();
    log.info({ signal }, 'server.stopping');
    const faults = await running.stop();
    for (const { name, error } of faults) log.error({ part: name, err: error }, 'server.stop_failed');
    process.exit(faults.length === 0 ? 0 : 1);
  };
  void running.failed.then((error) => {
    log.fatal({ err: error }, 'server.cannot_go_on');
    process.exit(1);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

function storageText({ mongodbUrl, dataDir }: Config): string {
  return mongodbUrl === undefined ? `embedded, in ${relative(process.cwd(), dataDir) || '.'}/` : 'MongoDB';
}

function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      // the other of the two: this file runs from server/ and from dist/server/
    }
  }
  return '0.0.0';
}

main().catch((error: unknown) => {
  const isForPeople = [ConfigError, StartError, EngineFault].some((kind) => error instanceof kind);
  const text = error instanceof Error ? (isForPeople ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
