/**
 * Tells the browser how the runs it started end, for as long as its visit lasts. Each failed attempt that will be tried
 * again is told as `retrying`. What ends while the browser is away is kept for its return.
 */
import { withoutPaths } from '../lib/withoutPaths.ts';
import type { RunResult, RunWaiters } from '../runs/waiters.ts';
import type { Json } from '../schemas/json.ts';
import type { RunError } from '../schemas/run.ts';
import type { RunEnded } from '../schemas/socket.ts';
import { isGuest } from './caller.ts';
import type { Visit } from './visit.ts';

/** `following` is the press's own among `visit.followed`. */
export type FollowRun = (visit: Visit, runId: string, press: string, following: AbortController) => void;

/** A result is told to the page that asked; one as large as this belongs into documents. */
const MAX_RESULT_CHARS = 128 * 1024;
const MAX_MESSAGE_CHARS = 300;

export function createFollowRun({ follow }: Pick<RunWaiters, 'follow'>): FollowRun {
  return (visit, runId, press, following) => {
    follow(
      visit.environmentId,
      runId,
      (result) => {
        const end = endOf(result, press, isGuest(visit.caller));
        if (end.status !== 'retrying' && visit.followed.get(press) === following) visit.followed.delete(press);
        visit.socket?.emit('ended', end);
        visit.ends.add(end, visit.socket !== undefined);
      },
      AbortSignal.any([visit.over.signal, following.signal]),
    );
  };
}

export function endOf({ _id: run, status, result, error }: RunResult, press: string, forGuest: boolean): RunEnded {
  const hasResult = status === 'succeeded' && result != null && result.length <= MAX_RESULT_CHARS;
  return {
    run,
    press,
    status: status === 'queued' || status === 'running' ? 'retrying' : status,
    ...(hasResult && { result: JSON.parse(result) as Json }),
    ...(error !== undefined &&
      status !== 'succeeded' && { error: { code: error.code, message: toldOf(error, forGuest) } }),
  };
}

/** Words that name no file and no line. Only what the author's own code says in an error is more, and not for guests. */
function toldOf({ code, message }: RunError, forGuest: boolean): string {
  if (code !== 'listener_error') return sentences[code] ?? GENERAL;
  if (forGuest) return GENERAL;
  const [line = ''] = message.split('\n');
  return withoutPaths(line).slice(0, MAX_MESSAGE_CHARS) || GENERAL;
}

const GENERAL = 'This did not work.';

const sentences: Readonly<Partial<Record<RunError['code'], string>>> = {
  event_invalid: 'What was sent does not have the expected form.',
  timeout: 'This took too long.',
  canceled: 'This was canceled.',
  lost: 'The server stopped in the middle of this.',
};
