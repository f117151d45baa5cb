/**
 * MongoDB's own error: a number, its name, a sentence. Drivers and Mongoose decide by `code` (11000, 66, 40 …), so every
 * refusal of the engine carries the code and the codeName that MongoDB would send; `extra` holds further reply members
 * such as keyPattern and keyValue. The wire edge turns it into `{ ok: 0, errmsg, code, codeName }` or a write error.
 */
export class MongoError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: number, codeName: string, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'MongoError';
    this.code = code;
    this.codeName = codeName;
    this.extra = extra;
  }
}

/** 2: an argument that has the right type but no meaning. */
export const badValue = (message: string): MongoError => new MongoError(2, 'BadValue', message);
/** 9: a command, update or expression that cannot be read. */
export const failedToParse = (message: string): MongoError => new MongoError(9, 'FailedToParse', message);
/** 14: a value of the wrong type. */
export const typeMismatch = (message: string): MongoError => new MongoError(14, 'TypeMismatch', message);
/** MongoDB numbers many of its checks without naming them; those are called Location<number>. */
export const location = (code: number, message: string): MongoError => new MongoError(code, `Location${code}`, message);
