/** Lets a connection in: who it is, and whether there is room. A refusal reaches the client as a problem. */
import { createParser } from '../lib/schema.ts';
import { AppError } from '../lib/errors.ts';
import { SocketAuth } from '../schemas/socket.ts';
import { requireOriginOrToken } from './admission.ts';
import { isGuest, type Caller, type Identify } from './caller.ts';
import type { Guests } from './guests.ts';
import type { SocketsDeps } from './ports.ts';
import type { Problems } from './problems.ts';
import type { EdgeSocket } from './visit.ts';

export interface GreetDeps {
  readonly identify: Identify;
  readonly guests: Guests;
  readonly addressOf: SocketsDeps['addressOf'];
  readonly isStopping: () => boolean;
  readonly problems: Problems;
}

/** The middleware of connections. */
export function createGreet({ identify, guests, addressOf, isStopping, problems }: GreetDeps) {
  const parseAuth = createParser(SocketAuth, 'body');

  return function greet(socket: EdgeSocket, next: (error?: Error) => void): void {
    admit(socket).then(
      () => next(),
      (error: unknown) => {
        const problem = problems.problemFor(error);
        next(Object.assign(new Error(problem.title), { data: problem }));
      },
    );
  };

  async function admit(socket: EdgeSocket): Promise<void> {
    if (isStopping()) throw new AppError('stopping', { retryAfterS: 5 });
    const { headers } = socket.request;
    const auth = parseAuth(socket.handshake.auth);
    requireOriginOrToken(headers, auth.token);
    const caller = await identify({ auth, cookie: headers.cookie }).catch((error: unknown) => {
      if (auth.token !== undefined) guests.countAttempt();
      throw error;
    });
    if (socket.conn.readyState !== 'open') throw new AppError('gone');
    if (isGuest(caller)) socket.conn.once('close', guests.enter(addressOf(socket.request)));
    setCaller(socket, caller);
  }
}

function setCaller(socket: EdgeSocket, caller: Caller): void {
  socket.data.caller = caller;
  socket.data.visit = undefined;
}
