/** The run that a cron starts, at a tick or by hand. */
import type { NewRun } from '../runs/document.ts';
import type { CronDocument } from './document.ts';

/** The name of the gate that lets one run of the cron through at a time. */
export type CronGate = (environmentId: number, cronId: string) => string;

/**
 * Unless runs may overlap, all of them pass the cron's gate, whatever started them: so one that was made up for, or
 * came back after a crash, never runs beside another. Where none is at work the gate stands open.
 */
export function runOf(cron: CronDocument, scheduledAt: Date, cronGate: CronGate): NewRun {
  return {
    environmentId: cron.environment_id,
    action: cron.listener_name,
    trigger: { type: 'cron', cron: cron._id, name: cron.name, scheduled_at: scheduledAt.toISOString() },
    cronId: cron._id,
    propsJson: cron.props,
    event: { kind: 'none', bytes: new Uint8Array() },
    ...(cron.overlap !== 'allow' && { gates: [cronGate(cron.environment_id, cron._id)] }),
  };
}
