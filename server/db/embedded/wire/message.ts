/**
 * The wire protocol's messages: OP_MSG, and OP_QUERY for the first hello of old handshakes. Every length is checked
 * against the message it stands in before anything is read, and documents are checked (sizes and depth, without recursion)
 * before they are decoded. https://github.com/mongodb/specifications/blob/master/source/message/OP_MSG.md
 */
import { MongoError } from '../errors.ts';
import { checkBson, elementsOf, endOfName, findField, type RawValue } from '../store/raw-bson.ts';
import { decodeExact, type Doc } from '../values/codec.ts';
import { FrameError, HEADER_BYTES } from './frame.ts';

export const OP = { reply: 1, query: 2004, compressed: 2012, msg: 2013 } as const;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** The low sixteen bits must be understood. */
const REQUIRED_BITS = 0xffff;
const MAX_BATCH = 100_000;

export interface Request {
  readonly requestId: number;
  readonly op: number;
  readonly db: string;
  readonly command: Doc;
  /** Document sequences, raw: `documents`, `updates`, `deletes`, `ops`, `nsInfo`. */
  readonly sequences: ReadonlyMap<string, readonly Buffer[]>;
  readonly wantsReply: boolean;
}

/** Throws FrameError when the connection cannot go on, MongoError (with the id to answer to) when the command is bad. */
export function parseMessage(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const op = message.readInt32LE(12);
  if (op === OP.msg) return parseMsg(message, requestId);
  if (op === OP.query) return parseQuery(message, requestId);
  throw new FrameError(`there is no operation ${op} here`);
}

function parseMsg(message: Buffer, requestId: number): Request {
  if (message.length < HEADER_BYTES + 4 + 1 + 5) throw new FrameError('the message is too short');
  const flags = message.readUInt32LE(HEADER_BYTES);
  if ((flags & REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) !== 0)
    throw new FrameError(`unknown required flags ${flags & REQUIRED_BITS}`);
  const end = message.length - ((flags & CHECKSUM_PRESENT) !== 0 ? 4 : 0);
  const sequences = new Map<string, readonly Buffer[]>();
  let body: Buffer | undefined;
  let at = HEADER_BYTES + 4;
  while (at < end) {
    const kind = message[at]!;
    at++;
    const size = sizeAt(message, at, end);
    const section = message.subarray(at, at + size);
    if (kind === 0) {
      if (body !== undefined) throw new FrameError('a message has one body');
      body = section;
    } else if (kind === 1) {
      const [name, documents] = parseSequence(section);
      if (sequences.has(name)) throw new FrameError(`the sequence ${name} comes twice`);
      sequences.set(name, documents);
    } else throw new FrameError(`there is no section of kind ${kind}`);
    at += size;
  }
  if (body === undefined) throw new FrameError('a message has one body');
  const command = readCommand(body, sequences);
  const db = command.$db;
  if (typeof db !== 'string') throw new MongoError(40571, 'Location40571', 'OP_MSG requests require a $db argument');
  return { requestId, op: OP.msg, db, command, sequences, wantsReply: (flags & MORE_TO_COME) === 0 };
}

function parseSequence(section: Buffer): [string, readonly Buffer[]] {
  const nameEnd = endOfName(section, 4, section.length);
  const documents: Buffer[] = [];
  let at = nameEnd + 1;
  while (at < section.length) {
    const size = sizeAt(section, at, section.length);
    if (documents.length >= MAX_BATCH) throw new FrameError(`more than ${MAX_BATCH} documents in one message`);
    documents.push(section.subarray(at, at + size));
    at += size;
  }
  return [section.toString('utf8', 4, nameEnd), documents];
}

function sizeAt(bytes: Buffer, at: number, end: number): number {
  if (at + 4 > end) throw new FrameError('a length is cut off');
  const size = bytes.readInt32LE(at);
  if (size < 5 || at + size > end) throw new FrameError('a section is longer than its message');
  return size;
}

/** Documents of an insert given inside of the command are kept raw as well, so both forms take one way. */
function readCommand(body: Buffer, sequences: Map<string, readonly Buffer[]>): Doc {
  checkBson(body);
  if (body.toString('latin1', 5, 12) !== 'insert\0') return decodeExact(body);
  const { command, documents } = liftDocuments(body);
  if (documents !== undefined && !sequences.has('documents')) sequences.set('documents', documents);
  return command;
}

function liftDocuments(body: Buffer): { readonly command: Doc; readonly documents: readonly Buffer[] | undefined } {
  const found = findArray(body, 'documents');
  if (found === undefined) return { command: decodeExact(body), documents: undefined };
  const documents: Buffer[] = [];
  for (const value of elementsOf(body, found.start)) {
    if (value.type !== 0x03)
      throw new MongoError(
        14,
        'TypeMismatch',
        "BSON field 'insert.documents' is the wrong type, expected type 'object'",
      );
    documents.push(body.subarray(value.start, value.end));
  }
  const rest = Buffer.concat([body.subarray(0, found.element), body.subarray(found.end)]);
  rest.writeInt32LE(rest.length, 0);
  return { command: decodeExact(rest), documents };
}

function findArray(body: Buffer, name: string): RawValue | undefined {
  const found = findField(body, 0, Buffer.from(name));
  return found?.type === 0x04 ? found : undefined;
}

function parseQuery(message: Buffer, requestId: number): Request {
  const nameEnd = endOfName(message, HEADER_BYTES + 4, message.length);
  const namespace = message.toString('utf8', HEADER_BYTES + 4, nameEnd);
  const at = nameEnd + 1 + 8;
  const size = sizeAt(message, at, message.length);
  const body = message.subarray(at, at + size);
  checkBson(body);
  const outer = decodeExact(body);
  const command = (outer.$query ?? outer) as Doc;
  const db = namespace.slice(0, namespace.indexOf('.'));
  return { requestId, op: OP.query, db, command, sequences: new Map(), wantsReply: true };
}
