/**
 * Write concerns. Every answer waits for the disk whatever is asked, and there is one member: `majority` and 1 are fulfilled,
 * more members than there are cannot be, which MongoDB says beside the result of a write that was carried out.
 */
import { isNumber, isPlainObject, toNumber } from '../values/types.ts';
import { type Doc } from '../values/codec.ts';
import { CursorReply, type Reply } from '../wire/reply.ts';

export function withWriteConcern({ writeConcern }: Doc, reply: Reply): Reply {
  if (!isPlainObject(writeConcern) || !isNumber(writeConcern.w) || toNumber(writeConcern.w) <= 1) return reply;
  if (reply instanceof CursorReply) return reply;
  return {
    ...reply,
    writeConcernError: {
      code: 100,
      codeName: 'UnsatisfiableWriteConcern',
      errmsg: 'Not enough data-bearing nodes',
      errInfo: { writeConcern },
    },
  };
}
