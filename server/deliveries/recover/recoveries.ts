/** Recoveries as one thing: what people may do with them, and the worker that does them page by page. */
import type { Clock } from '../../lib/clock.ts';
import type { NewId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/log.ts';
import type { Leases } from '../../queue/leases.ts';
import { createQueueWorker } from '../../queue/worker.ts';
import type { Enqueue } from '../enqueue.ts';
import type { FindRule } from '../resend.ts';
import { RECOVERY_LANE, type RecoveryDocument } from './document.ts';
import { createLook, type LookDeps } from './look.ts';
import { createManageRecoveries, type ManageRecoveries } from './manage.ts';
import { createPerformRecovery } from './perform.ts';
import type { RecoveryStore } from './store.ts';

export interface RecoveriesDeps extends LookDeps {
  readonly store: RecoveryStore;
  readonly leases: Leases<RecoveryDocument>;
  readonly enqueue: Enqueue;
  readonly rules: FindRule;
  readonly newId: NewId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs?: number;
}

export interface Recoveries extends ManageRecoveries {
  readonly start: () => void;
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Pages done at a time: each of another recovery. */
const AT_WORK = 4;

export function createRecoveries(deps: RecoveriesDeps): Recoveries {
  const { clock, log, leases, leaseMs } = deps;
  const look = createLook(deps);
  const worker = createQueueWorker<RecoveryDocument>({
    leases,
    clock,
    log,
    capacity: () => AT_WORK,
    lanes: () => [],
    perform: createPerformRecovery({ ...deps, look }),
    rescanMs: 30_000,
    ...(leaseMs !== undefined && { leaseMs }),
  });
  return {
    ...createManageRecoveries({ ...deps, look, notice: () => worker.notice(RECOVERY_LANE) }),
    start: worker.start,
    stop: worker.stop,
  };
}
