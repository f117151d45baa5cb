/**
 * Presses: listeners that a person starts, each from the click to the end of the run. A press has an id of its own, so
 * it may be sent again after the connection was lost: the server runs it once, and says how it ended as often as it is
 * asked. Nobody is kept from pressing for ever: what is tried again later, or takes long, is let go, and told when it
 * has ended after all.
 */
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { RunEnded } from '../../schemas/socket.ts';
import type { Failure, Outcome } from '../render/host.ts';
import type { Connection } from './connection.ts';

/** Waits until the route is open, and says how it is called on the present connection; undefined when it will not be. */
type WhenOpen = () => Promise<{ readonly route: string; readonly key: string } | undefined>;

export interface Presses {
  /** Never rejects. */
  readonly press: (whenOpen: WhenOpen, code: string, event: JsonObject) => Promise<Outcome>;
  /** Told how runs ended that nobody waits for any more. */
  readonly onLate: (told: (end: RunEnded) => void) => () => void;
}

/** A run may wait in a queue, or run for long. */
const LONGEST_MS = 60_000;
const MOST_SENDS = 3;
const MOST_LATE = 100;

export function createPresses(connection: Pick<Connection, 'run' | 'on' | 'state'>): Presses {
  const waiting = new Map<string, (end: RunEnded) => void>();
  const late = new Set<string>();
  const hearing = new Set<(end: RunEnded) => void>();

  const letGo = (id: string) => {
    late.add(id);
    const [oldest] = late;
    if (late.size > MOST_LATE && oldest !== undefined) late.delete(oldest);
  };
  connection.on('ended', (end) => {
    const resolve = waiting.get(end.press);
    if (resolve !== undefined) {
      waiting.delete(end.press);
      if (end.status === 'retrying') letGo(end.press);
      resolve(end);
    } else if (end.status !== 'retrying' && late.delete(end.press)) for (const told of hearing) told(end);
  });

  return {
    press: async (whenOpen, code, event) => {
      const id = newPressId();
      const heard = new Promise<RunEnded>((resolve) => waiting.set(id, resolve));
      const end = await untilEnd(connection, { whenOpen, code, event, id, heard });
      waiting.delete(id);
      if (typeof end !== 'string') return 'ok' in end ? end : outcomeOf(end);
      letGo(id);
      return failed(end === 'late' ? stillRunning : away);
    },
    onLate: (told) => {
      hearing.add(told);
      return () => hearing.delete(told);
    },
  };
}

interface Press {
  readonly whenOpen: WhenOpen;
  readonly code: string;
  readonly event: Json;
  readonly id: string;
  readonly heard: Promise<RunEnded>;
}

type End = RunEnded | Outcome | 'late' | 'lost';

async function untilEnd(connection: Pick<Connection, 'run' | 'state'>, press: Press): Promise<End> {
  for (let sends = 0; sends < MOST_SENDS; sends += 1) {
    const open = await Promise.race([press.whenOpen(), press.heard]);
    if (open === undefined) return 'lost';
    if ('status' in open) return open; // told while the connection was coming back
    const end = await sendOnce(connection, press, open);
    if (end !== 'lost') return end;
  }
  return 'lost';
}

async function sendOnce(
  connection: Pick<Connection, 'run' | 'state'>,
  { code, event, id, heard }: Press,
  { route, key }: { readonly route: string; readonly key: string },
): Promise<End> {
  const lost = connectionLost(connection);
  const limit = timer(LONGEST_MS);
  try {
    const request = { route, code: `${key}.${code}`, event, press: id };
    const answer = await Promise.race([connection.run(request).catch(() => 'lost' as const), lost.happened]);
    if (answer === 'lost') return 'lost';
    if (!answer.ok) return failed(answer.problem);
    return await Promise.race([heard, lost.happened, limit.over]);
  } finally {
    lost.stop();
    limit.stop();
  }
}

function outcomeOf({ status, result, error }: RunEnded): Outcome {
  if (status === 'succeeded') return result === undefined ? { ok: true } : { ok: true, result };
  const why = error === undefined ? {} : { detail: error.message };
  if (status === 'canceled') return failed({ code: 'canceled', title: 'It was canceled', ...why });
  if (status === 'retrying') return failed({ code: 'retrying', title: 'It failed and will be tried again', ...why });
  return failed({ code: error?.code ?? 'dead', title: 'It failed', ...why });
}

const away: Failure = {
  code: 'away',
  title: 'The connection was lost',
  detail: 'It is not known whether this was done. Look, and try again.',
};
const stillRunning: Failure = {
  code: 'still_running',
  title: 'Still running',
  detail: 'It takes longer than usual. You are told when it has ended.',
};
const failed = (failure: Failure): Outcome => ({ ok: false, failure });

function connectionLost(connection: Pick<Connection, 'state'>) {
  let stop: () => void = () => undefined;
  const happened = new Promise<'lost'>((resolve) => {
    stop = connection.state.subscribe(() => {
      if (connection.state.get().status !== 'live') resolve('lost');
    });
  });
  return { happened, stop: () => stop() };
}

function timer(ms: number) {
  let timeout: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<'late'>((resolve) => {
    timeout = setTimeout(() => resolve('late'), ms);
  });
  return { over, stop: () => clearTimeout(timeout) };
}

/** `randomUUID` is there on secure origins only. */
function newPressId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
