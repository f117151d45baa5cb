/**
 * Whoever opens something registers its closing here; stopping runs the closings last-in-first-out.
 * A closing that fails or takes too long is reported and does not keep the others from running.
 */
export interface Lifecycle {
  readonly onStop: (name: string, close: () => Promise<void> | void) => void;
  /** Closes everything once; later calls wait for the same stop. */
  readonly stop: () => Promise<readonly StopFault[]>;
}

export interface StopFault {
  readonly name: string;
  readonly error: unknown;
}

export function createLifecycle(options: { readonly closeTimeoutMs?: number } = {}): Lifecycle {
  const { closeTimeoutMs = 15_000 } = options;
  const closings: { readonly name: string; readonly close: () => Promise<void> | void }[] = [];
  let stopping: Promise<readonly StopFault[]> | undefined;

  async function closeAll(): Promise<readonly StopFault[]> {
    const faults: StopFault[] = [];
    for (let next = closings.pop(); next !== undefined; next = closings.pop()) {
      try {
        await withDeadline(Promise.resolve(next.close()), next.name, closeTimeoutMs);
      } catch (error) {
        faults.push({ name: next.name, error });
      }
    }
    return faults;
  }

  return {
    onStop: (name, close) => void closings.push({ name, close }),
    stop: () => (stopping ??= closeAll()),
  };
}

async function withDeadline(work: Promise<void>, name: string, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${name} did not stop within ${String(timeoutMs)} ms`));
    }, timeoutMs);
  });
  try {
    await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
