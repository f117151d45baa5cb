/** A stored recovery as the API shows it: whether a page of it is being done at this moment is nobody's concern. */
import type { Recovery } from '../../schemas/delivery.ts';
import type { RecoveryDocument } from './document.ts';

export function toRecovery(recovery: RecoveryDocument): Recovery {
  return {
    id: recovery._id,
    rule: recovery.rule_id,
    status: recovery.status === 'queued' ? 'running' : recovery.status,
    since: recovery.since.toISOString(),
    until: recovery.until.toISOString(),
    unmatched: recovery.unmatched,
    of_status: recovery.of_status ?? null,
    rate: recovery.rate,
    looked_at: recovery.looked_at,
    made: recovery.made,
    created_at: recovery.created_at.toISOString(),
    finished_at: recovery.finished_at?.toISOString() ?? null,
  };
}
