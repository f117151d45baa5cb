/** The processes of the measurement: who loads, who sends without a platform, who receives. */
import { fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { LoadOrder, LoadReport } from '../load.ts';
import type { BareOrder, BareReport } from './bare.ts';
import type { SinkOrder, SinkPorts, SinkReport } from './sink.ts';

const execArgv = ['--import', 'tsx'];
const pathOf = (file: string): string => new URL(file, import.meta.url).pathname;

export interface Sink extends SinkPorts {
  readonly reset: () => Promise<void>;
  /** What came since the last reset, once that is so much or nothing has come for a while. */
  readonly reportAt: (count: number) => Promise<SinkReport>;
  readonly stop: () => void;
}

const LOOK_MS = 50;
const PATIENCE_MS = 15_000;

export async function startSink(): Promise<Sink> {
  const child = fork(pathOf('sink.ts'), { execArgv });
  const ask = <R>(order?: SinkOrder): Promise<R> =>
    new Promise((resolve) => {
      child.once('message', (message) => resolve(message as R));
      if (order !== undefined) child.send(order);
    });
  const ports = await ask<SinkPorts>();
  return {
    ...ports,
    reset: async () => {
      await ask('reset');
    },
    reportAt: async (count) => {
      let report = await ask<SinkReport>('report');
      for (let waitedMs = 0; report.count < count && waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
        await pause(LOOK_MS);
        const next = await ask<SinkReport>('report');
        if (next.count > report.count) waitedMs = 0;
        report = next;
      }
      if (report.unsigned > 0) throw new Error(`${String(report.unsigned)} deliveries came without a signature`);
      return report;
    },
    stop: () => void child.kill(),
  };
}

export const load = (order: LoadOrder): Promise<LoadReport> => carryOut('../load.ts', order);
export const sendBare = (order: BareOrder): Promise<BareReport> => carryOut('bare.ts', order);

/** One process for one order: it is told, works, answers and ends. */
function carryOut<R>(file: string, order: LoadOrder | BareOrder): Promise<R> {
  const child = fork(pathOf(file), { execArgv });
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as R));
    child.once('exit', (code) => reject(new Error(`${file} ended with code ${String(code)}`)));
    child.send(order);
  });
}
