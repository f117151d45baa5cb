/**
 * Puts the engine together over one data file: what wire/ hands commands to, the sweepers that remove what has expired,
 * and the way to stop. Nothing here knows about threads or sockets.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createCursors } from './commands/cursors.ts';
import { type Engine } from './commands/context.ts';
import { createSessions } from './commands/sessions.ts';
import { createTransactions } from './commands/transactions.ts';
import { createCatalog } from './store/catalog.ts';
import { writeFault } from './store/faults.ts';
import { openDataFile } from './store/file.ts';
import { createCommitGroup } from './store/group.ts';
import { createOverlay, type Overlay } from './store/overlay.ts';
import { createRecords } from './store/records.ts';
import { startSweepers } from './commands/sweepers.ts';
import { createTurns } from './store/turns.ts';

const DATA_FILE = 'earshot.db';

export interface EngineOptions {
  readonly dataDir: string;
  readonly topology: Engine['topology'];
  readonly ttlSweepMs: number;
  readonly transactionIdleMs: number;
  readonly onSweepError: (error: unknown) => void;
}

export interface RunningEngine extends Engine {
  readonly stop: () => void;
}

export function openEngine(options: EngineOptions): RunningEngine {
  const { dataDir, topology } = options;
  const file = openDataFile(join(dataDir, DATA_FILE));
  const explain = (error: unknown): Error => writeFault(error, file.path);
  const catalog = createCatalog({ file });
  // The group must hide what only one transaction may see, and the overlay needs the group.
  const hidden: { overlay?: Overlay } = {};
  const group = createCommitGroup({
    database: file,
    explain,
    onRollback: () => catalog.reload(),
    beforeCommit: () => hidden.overlay?.enter(undefined),
  });
  const records = createRecords({ file, catalog });
  const turns = createTurns();
  const overlay = createOverlay({ file, group, catalog, records, onLaidOver: (ms) => turns.extend(2 * ms) });
  hidden.overlay = overlay;
  const cursors = createCursors();
  const spillDir = join(dataDir, 'spill');
  rmSync(spillDir, { recursive: true, force: true });
  mkdirSync(spillDir, { mode: 0o700 });
  chmodSync(spillDir, 0o700);
  const engine: Engine = {
    file,
    group,
    catalog,
    records,
    turns,
    cursors,
    overlay,
    sessions: createSessions(),
    transactions: createTransactions({
      overlay,
      cursors,
      now: () => performance.now(),
      idleMs: options.transactionIdleMs,
    }),
    spillDir,
    topology,
    startedAt: new Date(),
    explain,
  };
  const stopSweepers = startSweepers(engine, options);
  return {
    ...engine,
    stop: () => {
      stopSweepers();
      group.flush();
      file.close();
    },
  };
}
