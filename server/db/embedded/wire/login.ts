/** The login of one connection: saslStart, saslContinue, and what may be asked before. */
import { Binary } from 'bson';
import { MongoError } from '../errors.ts';
import { type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { createScramConversation, type ScramConversation, type ScramUser } from './scram.ts';

export interface Login {
  readonly isDone: () => boolean;
  /** Answers a login command; undefined when the command is none. */
  readonly answer: (name: string, command: Doc) => Doc | undefined;
}

const ALLOWED_BEFORE: ReadonlySet<string> = new Set(['hello', 'ismaster']);

/** `user` undefined: nobody has to log in. */
export function createLogin(user: ScramUser | undefined): Login & { readonly refuse: (name: string) => void } {
  let conversation: ScramConversation | undefined;
  let isProven = user === undefined;
  let skipsLast = false;

  function start(command: Doc): Doc {
    if (user === undefined || command.mechanism !== 'SCRAM-SHA-256')
      throw new MongoError(334, 'MechanismUnavailable', 'Only SCRAM-SHA-256 is available');
    conversation = createScramConversation(user);
    skipsLast = isPlainObject(command.options) && command.options.skipEmptyExchange === true;
    return saslReply(conversation.start(textOf(command.payload)), false);
  }

  function proceed(command: Doc): Doc {
    if (conversation === undefined) throw new MongoError(17, 'ProtocolError', 'No SASL session state found');
    if (isProven) {
      conversation = undefined;
      return saslReply('', true);
    }
    try {
      const signature = conversation.prove(textOf(command.payload));
      isProven = true;
      if (skipsLast) conversation = undefined;
      return saslReply(signature, skipsLast);
    } catch (error) {
      conversation = undefined;
      throw error;
    }
  }

  return {
    isDone: () => isProven,
    answer: (name, command) => {
      if (name === 'saslstart') return start(command);
      return name === 'saslcontinue' ? proceed(command) : undefined;
    },
    refuse: (name) => {
      if (isProven || ALLOWED_BEFORE.has(name)) return;
      throw new MongoError(13, 'Unauthorized', `Command ${name} requires authentication`);
    },
  };
}

function saslReply(payload: string, isDone: boolean): Doc {
  return { conversationId: 1, done: isDone, payload: new Binary(Buffer.from(payload)), ok: 1 };
}

function textOf(payload: unknown): string {
  if (payload instanceof Binary) return Buffer.from(payload.value()).toString('utf8');
  return typeof payload === 'string' ? payload : '';
}
