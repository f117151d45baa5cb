/**
 * One cell for each distinct view, props and queries of an environment: it remembers what the view returned for the data
 * as it is now, for each context it looked at. Whoever needs the same is given the same, so that a view runs once for
 * each change, however many browsers watch.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../lib/log.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { ContextKey } from '../../schemas/view.ts';
import type { Render, Rendered } from '../render.ts';
import { share, TooDeep } from '../trees/share.ts';
import { createSeenMemo, EVERYTHING, inOrder, type Looking, type SeenMemo } from './seenMemo.ts';

/** What the view returned, as it may go on; the same object for all who share it. */
export interface Returned {
  readonly used: readonly ContextKey[];
  readonly result:
    | { readonly status: 'value'; readonly value: Json }
    /** `isPassing`: not the view's fault; to be tried again soon. */
    | { readonly status: 'failed'; readonly message: string; readonly stack?: string; readonly isPassing: boolean };
}

export interface CellRequest {
  /** Environment, view, props and queries. */
  readonly key: string;
  /** Which state of its queries the data is. */
  readonly version: string;
  readonly view: string;
  readonly props: JsonObject;
  readonly data: unknown;
  readonly looking: Looking;
}

export interface Cell {
  readonly key: string;
  version: string;
  memo: SeenMemo<Returned>;
  /** What came of the data before, to share what did not change. */
  before: SeenMemo<Returned> | undefined;
  usedAtMs: number;
}

export interface Cells {
  readonly render: (request: CellRequest) => Promise<{ readonly cell: Cell; readonly returned: Returned }>;
  /** Forgets everything: the code changed. */
  readonly clear: () => void;
  /** Forgets what nobody shows any more. */
  readonly sweep: (isShown: (cell: Cell) => boolean) => void;
  readonly count: () => number;
}

export interface CellsDeps {
  readonly render: Render;
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
}

const TRIES = 5;
const FIRST_WAIT_MS = 50;
const KEPT_MS = 10_000;
/** Results of one cell for different contexts; a page that was up for days has seen many people. */
const MAX_RESULTS = 2_000;

export function createCells({ render, now, log }: CellsDeps): Cells {
  const cells = new Map<string, Cell>();
  const newMemo = (expected?: readonly ContextKey[]) => createSeenMemo<Returned>(isLasting, expected);

  function cellFor({ key, version }: CellRequest): Cell {
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = { key, version, memo: newMemo(), before: undefined, usedAtMs: 0 };
      cells.set(key, cell);
    } else if (cell.version !== version) {
      cell.before = cell.memo;
      cell.memo = newMemo(cell.before.expected());
      cell.version = version;
    }
    cell.usedAtMs = now();
    return cell;
  }

  async function make({ view, data, props, looking }: CellRequest, before: Json | undefined): Promise<Returned> {
    for (let attempt = 1; ; attempt++) {
      const rendered = await render({ view, data, props, context: looking.context });
      if (rendered.status !== 'unavailable') return returnedOf(rendered, view, before);
      if (attempt === TRIES) return failed('It could not be made at the moment; it is tried again.', undefined, true);
      await sleep(FIRST_WAIT_MS * 2 ** attempt, undefined, { ref: false });
    }
  }

  function returnedOf(
    rendered: Exclude<Rendered, { status: 'unavailable' }>,
    view: string,
    before: Json | undefined,
  ): Returned {
    if (rendered.status === 'failed') {
      log.warn({ view, message: rendered.message, stack: rendered.stack }, 'views.failed');
      return failed(rendered.message, rendered.stack, false);
    }
    try {
      const value = share(before, rendered.value);
      return { used: inOrder(new Set(rendered.used)), result: { status: 'value', value } };
    } catch (error) {
      if (error instanceof TooDeep) return failed('What it returned is nested too deeply.', undefined, false);
      throw error;
    }
  }

  return {
    async render(request) {
      const cell = cellFor(request);
      const { memo, before } = cell;
      const returned = await memo.get(request.looking, () => make(request, valueFor(before, request.looking)));
      return { cell, returned };
    },
    clear: () => {
      cells.clear();
    },
    sweep(isShown) {
      for (const cell of cells.values()) {
        if (!isShown(cell) && cell.usedAtMs < now() - KEPT_MS) cells.delete(cell.key);
        else if (cell.memo.size() > MAX_RESULTS) cell.memo = newMemo(cell.memo.expected());
      }
    },
    count: () => cells.size,
  };
}

/** One whose view failed is the same for the same context only: nobody knows what it looked at. */
function failed(message: string, stack: string | undefined, isPassing: boolean): Returned {
  return {
    used: EVERYTHING,
    result: { status: 'failed', message, isPassing, ...(stack !== undefined && { stack }) },
  };
}

function isLasting({ result }: Returned): boolean {
  return result.status === 'value' || !result.isPassing;
}

function valueFor(memo: SeenMemo<Returned> | undefined, looking: Looking): Json | undefined {
  const result = memo?.peek(looking)?.result;
  return result?.status === 'value' ? result.value : undefined;
}
