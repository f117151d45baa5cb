/**
 * One query that somebody looks at, with what it found last.
 *
 *   read ──▶ fresh ──change──▶ marked ──at its time──▶ read again
 *              ▲                              │  fails: what was found stays, asked again after a while
 *              └────── nothing changed ───────┘
 *
 * It is asked again at most every 100 ms, and never for more than half of the time, however slow it is. A change during
 * a read marks it again, so none is lost.
 */
import { doublingMs } from '../../lib/backoff.ts';
import { AppError } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Doc } from '../ports.ts';
import { reconcile } from './reconcile.ts';

export type Found =
  | { readonly status: 'found'; readonly version: number; readonly docs: readonly Doc[] }
  /** Nothing was ever found; it is tried again. */
  | { readonly status: 'failed'; readonly version: number; readonly message: string };

export interface LiveQuery {
  readonly id: number;
  /** Undefined until the first answer. */
  readonly found: () => Found | undefined;
  /** Resolves with the first answer, also where it is a failure. */
  readonly first: Promise<void>;
  /** Whether something newer is about to be known. */
  readonly isBusy: () => boolean;
  readonly isMarked: () => boolean;
  readonly mark: () => void;
  readonly stop: () => void;
}

export interface LiveQueryDeps {
  readonly id: number;
  readonly read: () => Promise<readonly Doc[]>;
  readonly clock: Clock;
  /** After each answer that is not the one before. */
  readonly onFound: () => void;
  readonly onFailed: (error: unknown) => void;
}

const EVERY_MS = 100;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 10_000;

export function createLiveQuery({ id, read, clock, onFound, onFailed }: LiveQueryDeps): LiveQuery {
  let found: Found | undefined;
  let isMarked = false;
  let isReading = false;
  let isStopped = false;
  let failures = 0;
  let notBeforeMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let isAnswered: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (isAnswered = resolve));

  function mark(): void {
    if (isMarked || isStopped) return;
    isMarked = true;
    if (!isReading) arm();
  }

  function arm(): void {
    timer = setTimeout(() => void readAgain(), Math.max(0, notBeforeMs - clock.now()));
    timer.unref();
  }

  async function readAgain(): Promise<void> {
    const startedAtMs = clock.now();
    isMarked = false;
    isReading = true;
    try {
      take(await read());
      failures = 0;
      const tookMs = clock.now() - startedAtMs;
      notBeforeMs = startedAtMs + Math.max(EVERY_MS, 2 * tookMs);
    } catch (error) {
      fail(error);
      notBeforeMs = clock.now() + doublingMs(FIRST_RETRY_MS, failures++, LAST_RETRY_MS);
      isMarked = true;
    }
    isReading = false;
    isAnswered();
    if (isMarked && !isStopped) arm();
  }

  function take(docs: readonly Doc[]): void {
    if (isStopped) return;
    const before = found?.status === 'found' ? found.docs : undefined;
    const now = reconcile(before, docs);
    if (now === before) return;
    found = { status: 'found', version: (found?.version ?? 0) + 1, docs: now };
    onFound();
  }

  function fail(error: unknown): void {
    if (isStopped) return;
    onFailed(error);
    if (found !== undefined) return;
    const message = error instanceof AppError ? error.message : 'The data cannot be read at the moment.';
    found = { status: 'failed', version: 1, message };
    onFound();
  }

  void readAgain();
  return {
    id,
    found: () => found,
    first,
    isBusy: () => isReading || (isMarked && notBeforeMs - clock.now() < EVERY_MS / 4),
    isMarked: () => isMarked,
    mark,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
