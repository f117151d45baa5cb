/** Writes replies. A batch of documents goes out as the bytes that were stored; nothing is decoded on its way. */
import { Long } from 'bson';
import { MongoError } from '../errors.ts';
import { encode, type Doc } from '../values/codec.ts';
import { OP } from './message.ts';

/** What a command answers: a plain document, or a cursor over raw documents. */
export type Reply = Doc | CursorReply;

export class CursorReply {
  readonly id: bigint;
  readonly namespace: string;
  readonly batch: readonly Buffer[];
  readonly isFirst: boolean;
  /** More members beside `cursor` and `ok`. */
  readonly extra: Doc;

  constructor(fields: Pick<CursorReply, 'id' | 'namespace' | 'batch' | 'isFirst'>, extra: Doc = {}) {
    this.id = fields.id;
    this.namespace = fields.namespace;
    this.batch = fields.batch;
    this.isFirst = fields.isFirst;
    this.extra = extra;
  }
}

export function encodeReply(reply: Reply): Buffer {
  return reply instanceof CursorReply ? encodeCursor(reply) : encode(reply);
}

export function errorReply(error: unknown): Doc {
  if (error instanceof MongoError)
    return { ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName, ...error.extra };
  return { ok: 0, errmsg: 'an internal error of the database engine', code: 8, codeName: 'UnknownError' };
}

function encodeCursor({ id, namespace, batch, isFirst, extra }: CursorReply): Buffer {
  const array = encodeArray(batch);
  const rest = encode({ id: Long.fromBigInt(id), ns: namespace });
  const name = Buffer.from(isFirst ? 'firstBatch\0' : 'nextBatch\0', 'latin1');
  // 4 length + type + name + array, then the elements of `rest` with its closing zero
  const cursorBytes = 4 + 1 + name.length + array.bytes + rest.length - 4;
  const tail = encode({ ...extra, ok: 1 });
  const total = 4 + 1 + 7 + cursorBytes + tail.length - 4;
  const out = Buffer.allocUnsafe(total);
  let at = out.writeInt32LE(total, 0);
  out[at++] = 0x03;
  at += out.write('cursor\0', at, 'latin1');
  at = out.writeInt32LE(cursorBytes, at);
  out[at++] = 0x04;
  at += name.copy(out, at);
  at = array.write(out, at);
  at += rest.copy(out, at, 4);
  at += tail.copy(out, at, 4);
  if (at !== total) throw new Error(`a reply of ${total} bytes has ${at}`);
  return out;
}

interface ArrayWriter {
  readonly bytes: number;
  readonly write: (out: Buffer, at: number) => number;
}

function encodeArray(documents: readonly Buffer[]): ArrayWriter {
  let bytes = 5;
  for (let i = 0; i < documents.length; i++) bytes += 2 + String(i).length + documents[i]!.length;
  return {
    bytes,
    write: (out, start) => {
      let at = out.writeInt32LE(bytes, start);
      for (let i = 0; i < documents.length; i++) {
        out[at++] = 0x03;
        at += out.write(`${i}\0`, at, 'latin1');
        at += documents[i]!.copy(out, at);
      }
      out[at++] = 0;
      return at;
    },
  };
}

let lastId = 0;

/** Header and body as one buffer. */
export function frameReply(op: number, responseTo: number, body: Buffer): Buffer {
  const isMsg = op === OP.msg;
  const prefix = isMsg ? 5 : 20;
  const out = Buffer.alloc(16 + prefix);
  lastId = (lastId + 1) & 0x7fffffff;
  out.writeInt32LE(16 + prefix + body.length, 0);
  out.writeInt32LE(lastId, 4);
  out.writeInt32LE(responseTo, 8);
  out.writeInt32LE(isMsg ? OP.msg : OP.reply, 12);
  if (!isMsg) {
    // OP_REPLY: AwaitCapable, no cursor, from 0, one document
    out.writeInt32LE(8, 16);
    out.writeInt32LE(1, 32);
  }
  return Buffer.concat([out, body]);
}
