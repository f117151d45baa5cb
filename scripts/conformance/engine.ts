/** Starts the embedded engine (in its own thread) on a loopback port and without a login, for the suites to connect to. */
import { startEmbedded } from '../../server/db/embedded/start.ts';

export interface ConformanceEngine {
  /** The connection string for a database, or for none. */
  readonly urlOf: (database?: string) => string;
  readonly stop: () => Promise<void>;
}

export async function startEngine(dataDir: string, topology: 'standalone' | 'replicaSet'): Promise<ConformanceEngine> {
  const log = { error: (fault: unknown, text?: string) => console.error(text ?? 'engine.error', fault) };
  const { url, stop } = await startEmbedded({
    dataDir,
    log: log,
    ttlSweepMs: 1000,
    conformance: { port: 0, topology },
  });
  const { host, search } = new URL(url);
  const query = topology === 'standalone' ? '' : search;
  return { urlOf: (database = '') => `mongodb://${host}/${database}${query}`, stop };
}
