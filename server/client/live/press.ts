/**
 * One press: a listener that a person starts, from the click to the end of the run. A press has an id of its own, so
 * it may be sent again after the connection was lost: the server runs it once.
 */
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { RunEnded } from '../../schemas/socket.ts';
import type { Failure, Outcome } from '../render/host.ts';
import type { Connection } from './connection.ts';

/** Waits until the route is open, and says how it is called on the present connection; undefined when it will not be. */
type WhenOpen = () => Promise<{ readonly route: string; readonly key: string } | undefined>;

/** A run may wait in a queue; whoever pressed is not kept from pressing for ever. */
const LONGEST_MS = 60_000;
/** A press that the server knew already may have ended while nobody listened. */
const ENDED_UNHEARD_MS = 5_000;
const MOST_SENDS = 3;

export async function press(
  connection: Connection,
  whenOpen: WhenOpen,
  code: string,
  event: JsonObject,
): Promise<Outcome> {
  const id = newPressId();
  const end = listenForEnd(connection, id);
  try {
    for (let sends = 0; sends < MOST_SENDS; sends += 1) {
      const open = await whenOpen();
      if (open === undefined) return failed(away);
      const outcome = await sendOnce(connection, { ...open, code, event, id }, end.heard);
      if (outcome !== 'lost') return outcome;
    }
    return failed(away);
  } finally {
    end.stop();
  }
}

interface Sent {
  readonly route: string;
  readonly key: string;
  readonly code: string;
  readonly event: Json;
  readonly id: string;
}

async function sendOnce(connection: Connection, sent: Sent, heard: Promise<RunEnded>): Promise<Outcome | 'lost'> {
  const lost = connectionLost(connection);
  try {
    const request = { route: sent.route, code: `${sent.key}.${sent.code}`, event: sent.event, press: sent.id };
    const answer = await Promise.race([connection.run(request).catch(() => 'lost' as const), lost.happened]);
    if (answer === 'lost') return 'lost';
    if (!answer.ok) return failed(answer.problem);
    const ended = await Promise.race([heard, lost.happened, after(answer.duplicate ? ENDED_UNHEARD_MS : LONGEST_MS)]);
    if (ended === 'lost') return 'lost';
    if (ended === 'late') return answer.duplicate ? { ok: true } : failed(stillRunning);
    return outcomeOf(ended);
  } finally {
    lost.stop();
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
const stillRunning: Failure = { code: 'still_running', title: 'Still running', detail: 'It takes longer than usual.' };
const failed = (failure: Failure): Outcome => ({ ok: false, failure });

function listenForEnd(connection: Connection, id: string) {
  let stop: () => void = () => undefined;
  const heard = new Promise<RunEnded>((resolve) => {
    stop = connection.on('ended', (ended) => {
      if (ended.press === id) resolve(ended);
    });
  });
  return { heard, stop: () => stop() };
}

function connectionLost(connection: Connection) {
  let stop: () => void = () => undefined;
  const happened = new Promise<'lost'>((resolve) => {
    stop = connection.state.subscribe(() => {
      if (connection.state.get().status !== 'live') resolve('lost');
    });
  });
  return { happened, stop: () => stop() };
}

const after = (ms: number) => new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), ms));

/** `randomUUID` is there on secure origins only. */
function newPressId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
