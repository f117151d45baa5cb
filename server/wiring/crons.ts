/** Wires what runs by the clock: crons are queue entries that fall due with their ticks, and each tick starts a run. */
import { CRONS_LANE, type CronDocument } from '../crons/document.ts';
import { createFireCron } from '../crons/fire.ts';
import { createCronMethods } from '../crons/hostMethods.ts';
import { createManageCrons } from '../crons/manage.ts';
import { createTimetable } from '../crons/timetable.ts';
import { createQueueWorker } from '../queue/worker.ts';
import { cronGate } from '../runs/gates/keys.ts';
import type { Code } from './code.ts';
import type { Flow } from './flow.ts';
import type { Storage } from './storage.ts';
import type { Tools } from './tools.ts';

/** Crons that are fired at a time. */
const CAPACITY = 128;
const STOP_GRACE_MS = 5_000;
/** How often to look for crons that another process made, or that it woke. */
const LOOK_FOR_OTHERS_MS = 1_000;

/** From a schedule to its runs. Also fills in what listeners may ask for. */
export function wireCrons({ clock, newId, log, lifecycle }: Tools, parts: Storage & Code & Flow) {
  const { database, stores, leases, listeners, startRun, runs } = parts;
  const timetable = createTimetable();
  const { readCron, statusesOf } = stores.runs;
  const worker = createQueueWorker<CronDocument>({
    leases: leases.crons,
    clock,
    log,
    capacity: () => CAPACITY,
    lanes: () => [],
    ...(!database.isExclusive && { rescanMs: LOOK_FOR_OTHERS_MS }),
    perform: createFireCron({
      timetable,
      startRun,
      cronGate,
      isAtWork: async (cronId) => (await readCron(cronId)).open > 0,
      waitingOf: async (cronId) => (await readCron(cronId)).waiting,
      statusesOf,
      clock,
      log,
    }),
  });
  const crons = createManageCrons({
    store: stores.crons,
    timetable,
    listeners,
    startRun,
    cronGate,
    statusesOf,
    runs,
    notice: () => worker.notice(CRONS_LANE),
    newId,
    clock,
  });
  Object.assign(parts.hostMethods, createCronMethods(crons));
  return {
    crons,
    async startCrons() {
      if (database.isExclusive) await leases.crons.expireOthers(new Date(clock.now()));
      worker.start();
      lifecycle.onStop('crons', () => worker.stop(STOP_GRACE_MS));
    },
  };
}

export type Crons = ReturnType<typeof wireCrons>;
