/**
 * A press in a browser becomes a run. What is pressed is a code, worth something only with the key of this connection's
 * route and while the page still shows it; the listener's name and props never leave the server. A press has an id, so
 * that one that is sent again, on this connection or the next, runs once.
 */
import { AppError } from '../lib/errors.ts';
import { hasOverflow } from '../lib/jsonDepth.ts';
import { safeEqual } from '../lib/safeCompare.ts';
import { createParser } from '../lib/schema.ts';
import type { EventBody } from '../runs/document.ts';
import type { StartRun } from '../runs/start.ts';
import type { Json, JsonObject } from '../schemas/json.ts';
import { RunRequest, type RunAnswer } from '../schemas/socket.ts';
import { isGuest } from './caller.ts';
import type { FollowRun } from './follow.ts';
import { jsonTextOf } from './jsonText.ts';
import type { SocketLimits } from './limits.ts';
import type { NoteUse } from './use.ts';
import type { EdgeSocket, OpenRoute, Visit } from './visit.ts';

export interface PressDeps {
  readonly startRun: StartRun;
  readonly hasListener: (name: string) => boolean;
  readonly follow: FollowRun;
  readonly noteUse: NoteUse;
  readonly limits: Pick<SocketLimits, 'followedRuns'>;
}

/** 128 bits of chance, written as shortly as is usual. */
const UNGUESSED_CHARS = 22;
/** As long as a client could sensibly be sending the same press again. */
const PRESS_WINDOW_MS = 24 * 60 * 60_000;

export function createPress({ startRun, hasListener, follow, noteUse, limits }: PressDeps) {
  const parse = createParser(RunRequest, 'body');

  /** Answers when the run is stored; its end is told later. */
  return async function press(socket: EdgeSocket, input: unknown, answer: (answer: RunAnswer) => void): Promise<void> {
    const { route: name, code, event, press } = parse(input);
    const { visit } = socket.data;
    const route = visit?.routes.get(name);
    if (visit === undefined || route?.watcher === undefined) throw notOpen();
    const listener = listenerOf(route, code);
    requireRight(visit, route);
    // While the page is made anew for other roles, what it showed to those of before is nobody's.
    if (route.roles !== String(visit.caller.who.roles)) throw notShown();
    const body = eventOf(event);
    if (!hasListener(listener.name)) {
      throw new AppError('listener_not_found', { detail: 'What this stands for is not there at the moment.' });
    }
    const before = visit.followed.get(press);
    if (before === undefined && visit.followed.size >= limits.followedRuns) {
      throw new AppError('rate_limited', { detail: `${limits.followedRuns} runs of this browser have not ended yet.` });
    }
    noteUse(socket);
    const following = new AbortController();
    visit.followed.set(press, following);
    try {
      const { userId, environmentId } = visit.caller.who;
      const started = await startRun({
        environmentId,
        action: listener.name,
        trigger: { type: 'view', route: name },
        userId,
        connection: visit.id,
        propsJson: JSON.stringify(listener.props),
        event: body,
        dedupe: { keys: [`press:${presserOf(visit, press)}:${press}`], windowMs: PRESS_WINDOW_MS },
      });
      answer({ ok: true, run: started.id, duplicate: started.isDuplicate });
      // Whoever sends a press again may have missed how it ended, so that is looked up and told anew.
      before?.abort();
      follow(visit, started.id, press, following);
    } catch (error) {
      if (visit.followed.get(press) === following) {
        if (before === undefined) visit.followed.delete(press);
        else visit.followed.set(press, before);
      }
      throw error;
    }
  };
}

/**
 * A session or a token may come back on another connection. Guests are all alike: one whose press has an id that nobody
 * guesses is known by it, also after the server was restarted; another's is the visit's.
 */
function presserOf({ id, environmentId, caller }: Visit, press: string): string {
  if (!isGuest(caller)) return caller.identity;
  return press.length >= UNGUESSED_CHARS ? caller.identity : `${environmentId}:${id}`;
}

function listenerOf({ key, watcher }: OpenRoute, code: string): { readonly name: string; readonly props: JsonObject } {
  const dot = code.indexOf('.');
  const isKeyRight = dot > 0 && safeEqual(code.slice(0, dot), key);
  const listener = isKeyRight ? watcher?.listenerOf(code.slice(dot + 1)) : undefined;
  if (listener === undefined) throw notShown();
  return listener;
}

function notShown(): AppError {
  return new AppError('gone', { detail: 'The page does not show this any more. It is up to date again in a moment.' });
}

/** The rights of now, not of when the page was opened. */
function requireRight({ caller: { who } }: Visit, { watcher }: OpenRoute): void {
  if (!who.mayRun) {
    throw new AppError('forbidden', { detail: 'A token with the scope "read" looks only. Use one with "write".' });
  }
  if (watcher?.isOpenTo(who) !== true) {
    throw new AppError('forbidden', { detail: 'This page is not open to your roles any more.' });
  }
}

function eventOf(event: Json | undefined): EventBody {
  if (event === undefined) return { kind: 'none', bytes: new Uint8Array() };
  const bytes = jsonTextOf(event);
  if (hasOverflow(event)) {
    throw new AppError('invalid_input', { detail: 'The event holds a number that is too large for JSON.' });
  }
  return { kind: 'json', bytes };
}

function notOpen(): AppError {
  return new AppError('not_found', { detail: 'No such route is open on this connection. Open it first.' });
}
