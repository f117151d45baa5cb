/**
 * A document as the engine holds it: own keys in BSON order. JavaScript moves integer-like keys to the front, so a document
 * whose keys look like array indexes may come back in another order once it is rewritten; stored bytes are untouched.
 */
export type Doc = Record<string, unknown>;
