/** Errors as clients of a socket are told them: the same bodies as over HTTP. Bugs are logged whole and shown as nothing. */
import type { NewId } from '../lib/ids.ts';
import type { Logger } from '../lib/log.ts';
import type { Problem } from '../schemas/problem.ts';
import type { SocketsDeps } from './ports.ts';

export interface Problems {
  readonly problemFor: (error: unknown) => Problem;
}

export function createProblems(deps: Pick<SocketsDeps, 'problemOf'> & { newId: NewId; log: Logger }): Problems {
  return {
    problemFor: (error) => {
      const requestId = deps.newId('req');
      const { body, isBug } = deps.problemOf(error, requestId);
      if (isBug) deps.log.error({ err: error, requestId }, 'socket.bug');
      return body;
    },
  };
}
