/** What became of the runs that a gate has let through, seen from the runs. Pure. */
import type { Note } from './document.ts';
import type { Start } from './starts.ts';
import type { RunAtGate } from './store.ts';

export interface NotedRuns {
  /** They still wait here: whoever wrote the note did not come to do it. */
  readonly redo: readonly { readonly note: Note; readonly run: RunAtGate }[];
  /** When those that have begun did so. */
  readonly begun: readonly Start[];
  /** Let through, and nobody has begun them. Includes those to be let through again. */
  readonly unbegun: readonly Note[];
}

export function readNotes(notes: readonly Note[], runs: readonly RunAtGate[], lane: string): NotedRuns {
  const byId = new Map(runs.map((run) => [run._id, run]));
  const redo: { note: Note; run: RunAtGate }[] = [];
  const begun: Start[] = [];
  const unbegun: Note[] = [];
  for (const note of notes) {
    const run = byId.get(note.id);
    // A run that is gone was finished: it began some time after the note, and nothing says when.
    if (run === undefined) begun.push({ at: note.at, n: 1 });
    else if (run.attempt > note.attempt) begun.push({ at: beginOf(run, note) ?? note.at, n: 1 });
    // Canceled, or put off: it has not begun and does not count.
    else if (run.lane === undefined || (run.lane === lane && !isAsNoted(run, note))) continue;
    else {
      unbegun.push(note);
      if (run.lane === lane) redo.push({ note, run });
    }
  }
  return { redo, begun, unbegun };
}

function isAsNoted(run: RunAtGate, { attempt, due_at }: Note): boolean {
  return run.attempt === attempt && run.due_at?.getTime() === due_at.getTime();
}

/** When the attempt after the one noted began. */
function beginOf(run: RunAtGate, { attempt }: Note): number | undefined {
  const ended = run.attempts?.find((one) => one.attempt === attempt + 1);
  return (ended?.started_at ?? run.claimed_at)?.getTime();
}
