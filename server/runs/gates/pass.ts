/**
 * One pass at a gate: a compare-and-swap of its document, without a lease, so that any number of processes may look
 * at the same gate at once.
 *
 *   read the gate ─▶ finish what its notes say ─▶ count, read what waits, decide ─▶ write notes and times ─▶ let through
 *                                                                                 (only over what was read)
 *
 * Whoever writes has finished the notes that were there before, so what is counted includes all that was ever let
 * through. A process that dies after writing leaves notes that the next pass finishes. Finishing twice changes nothing:
 * a note matches only the run that waits exactly as it did then.
 */
import type { Clock } from '../../lib/clock.ts';
import type { ListenerInfo } from '../../schemas/listener.ts';
import type { RunDocument } from '../document.ts';
import { gateLane, openLane } from '../lanes.ts';
import { decide, freeOf, type Decision, type GateLimit, type Situation, type Waiting } from './decide.ts';
import type { GateDocument, Note } from './document.ts';
import { parseGate } from './keys.ts';
import { readNotes, type NotedRuns } from './notes.ts';
import { startsSince } from './starts.ts';
import type { GateStore, RunAtGate } from './store.ts';
import { isAsItIs, type GateSave } from './updates.ts';

export interface PassDeps {
  readonly store: Pick<GateStore, 'expect' | 'read' | 'runs' | 'held' | 'waiting' | 'swap' | 'remove' | 'promote'>;
  readonly listeners: { get(name: string): Pick<ListenerInfo, 'concurrency' | 'rate'> | undefined };
  /** Says durably that a run is about to come to the gate. */
  readonly expect: (gate: string, dueAt: Date) => Promise<void>;
  /** Something was let through into an open lane. */
  readonly notice: (lane: string) => void;
  /** Something was let through to another gate. */
  readonly arrived: (gate: string) => void;
  readonly clock: Clock;
}

/** `conflict`: another pass came in between, and nothing was done. `dueAtMs`: when the gate is worth the next look. */
export interface PassResult {
  readonly what: 'done' | 'again' | 'conflict';
  readonly dueAtMs?: number;
}

/** `isAsked` is false for a look that another process may have had already: then it is made only where it is due. */
export type Pass = (gate: string, isAsked: boolean) => Promise<PassResult>;

/** Read before it is known how many are free: most often one or none. */
const FIRST_READ = 2;
const DONE: PassResult = { what: 'done' };

export function createPass(deps: PassDeps): Pass {
  const { store, listeners, expect, notice, arrived, clock } = deps;

  return async function pass(gate, isAsked) {
    const { kind, environmentId, name } = parseGate(gate);
    const lane = gateLane(environmentId, gate);
    const limit = limitOf(kind, listeners.get(name));
    const document = await store.read(gate);
    if (document === null) return makeGate(gate, lane);
    if (!isAsked && !isDue(document, clock.now())) return DONE;
    const [noted, first] = await Promise.all([findNoted(document, lane), store.waiting(lane, FIRST_READ)]);
    await letThrough(gate, lane, noted.redo);

    const nowMs = clock.now();
    const perMs = limit.kind === 'rate' ? limit.perMs : 0;
    const unbegun = limit.kind === 'rate' ? noted.unbegun : [];
    const situation: Situation = {
      nowMs,
      limit,
      held: limit.kind === 'places' ? await store.held(gate, limit.limit) : 0,
      starts: startsSince([...document.starts, ...noted.begun], perMs, nowMs),
      unbegun: unbegun.length,
      expectedAtMs: document.expected_at?.getTime(),
    };
    const wanted = freeOf(situation) + 1;
    const isRead = noted.redo.length === 0 && (wanted <= first.length || first.length < FIRST_READ);
    const waiting = isRead ? first.slice(0, wanted) : await store.waiting(lane, wanted);
    const decision = decide(
      situation,
      waiting.flatMap((run) => (run.due_at === undefined ? [] : [{ run, dueAtMs: run.due_at.getTime() }])),
    );
    const passing = decision.pass.map(({ run }) => ({ run, note: noteOf(run, nowMs) }));
    const save = {
      now: new Date(nowMs),
      promoting: [...unbegun, ...passing.map(({ note }) => note)],
      starts: situation.starts,
      dueAt: dateOf(decision.dueAtMs),
      checkAt: dateOf(decision.checkAtMs),
    };
    const hasNews = passing.length > 0 || (limit.kind === 'rate' && noted.begun.length > 0);
    if (!hasNews && isAsItIs(document, save)) return resultOf(decision, 'done');
    if (!(await write(document, save))) return { what: 'conflict' };
    // A run that was put off in between, or finished by another process that saw the notes, is not among them.
    const isAll = (await letThrough(gate, lane, passing)) === passing.length;
    return resultOf(decision, decision.isMore || !isAll ? 'again' : 'done');
  };

  async function findNoted({ promoting }: GateDocument, lane: string): Promise<NotedRuns> {
    return readNotes(promoting, await store.runs(promoting.map(({ id }) => id)), lane);
  }

  /** Not made by the pass itself, but as by a run that comes: a pass that saw no gate must never write over one. */
  async function makeGate(gate: string, lane: string): Promise<PassResult> {
    const [first] = await store.waiting(lane, 1);
    if (first?.due_at === undefined) return DONE;
    await store.expect({ gate, now: new Date(clock.now()), dueAt: first.due_at });
    return { what: 'again' };
  }

  function write(document: GateDocument, save: GateSave): Promise<boolean> {
    const isInUse = save.dueAt !== undefined || save.checkAt !== undefined;
    return isInUse ? store.swap(document, save) : store.remove(document, save.now);
  }

  async function letThrough(
    gate: string,
    lane: string,
    passing: readonly { readonly note: Note; readonly run: RunAtGate }[],
  ): Promise<number> {
    if (passing.length === 0) return 0;
    const isPlace = parseGate(gate).kind !== 'rate';
    const steps = passing.map(({ note, run }) => ({ note, run, nextGate: gateAfter(gate, run) }));
    const nextGates = new Map(
      steps.flatMap(({ nextGate, note }) => (nextGate === undefined ? [] : [[nextGate, note]])),
    );
    await Promise.all([...nextGates].map(([nextGate, { due_at }]) => expect(nextGate, due_at)));
    const promotions = steps.map(({ note, run, nextGate }) => ({
      note,
      fromLane: lane,
      toLane:
        nextGate === undefined ? openLane(run.environment_id, run.priority) : gateLane(run.environment_id, nextGate),
      ...(isPlace && { hold: gate }),
      isLast: nextGate === undefined,
    }));
    const matched = await store.promote(promotions);
    for (const nextGate of nextGates.keys()) arrived(nextGate);
    for (const toLane of new Set(promotions.filter(({ isLast }) => isLast).map((one) => one.toLane))) notice(toLane);
    return matched;
  }
}

function limitOf(
  kind: ReturnType<typeof parseGate>['kind'],
  listener: Pick<ListenerInfo, 'concurrency' | 'rate'> | undefined,
): GateLimit {
  switch (kind) {
    case 'cron':
      return { kind: 'places', limit: 1 };
    case 'concurrency':
      return listener?.concurrency ? { kind: 'places', limit: listener.concurrency.limit } : { kind: 'none' };
    case 'rate':
      return listener?.rate
        ? { kind: 'rate', limit: listener.rate.limit, perMs: listener.rate.perMs }
        : { kind: 'none' };
  }
}

function isDue({ due_at, check_at }: GateDocument, nowMs: number): boolean {
  return [due_at, check_at].some((at) => at !== undefined && at.getTime() <= nowMs);
}

function resultOf({ dueAtMs }: Decision<Waiting>, what: PassResult['what']): PassResult {
  return { what, ...(dueAtMs !== undefined && { dueAtMs }) };
}

function gateAfter(gate: string, { gates = [] }: Pick<RunDocument, 'gates'>): string | undefined {
  const at = gates.indexOf(gate);
  return at < 0 ? undefined : gates[at + 1];
}

function noteOf({ _id, attempt, due_at }: RunAtGate, nowMs: number): Note {
  return { id: _id, attempt, due_at: due_at ?? new Date(0), at: nowMs };
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
