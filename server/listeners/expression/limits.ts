/** What an expression may cost. Everything here is checked at the limit and one beyond it. */

export const MAX_EXPRESSION_BYTES = 16 * 1024;
/** How deep the nodes of a parsed expression may lie in each other. */
export const MAX_AST_DEPTH = 100;
/** JSONata's parser copies the left side of `??` and `?:`: nested ones grow to many times what was written. */
export const MAX_AST_NODES = 20_000;
/** A parser that recurses and copies is let run no longer than this in the server's process. */
export const CHECK_TIMEOUT_MS = 250;

export const EVALUATION_TIMEOUT_MS = 500;
/** JSONata's own look at the clock, before the hard end: it leaves the thread whole. */
export const POLITE_TIMEOUT_MS = 400;
export const EVALUATION_MEMORY_MB = 128;

export const MAX_INPUT_BYTES = 8 * 1024 * 1024;
export const MAX_OUTPUT_BYTES = 1024 * 1024;
export const MAX_OUTPUT_DEPTH = 64;
/** A text on the way to the output. */
export const MAX_TEXT_CHARS = 2 * 1024 * 1024;
/** Entries of one sequence or range; JSONata's own limit is ten million, more than the memory holds. */
export const MAX_SEQUENCE = 500_000;

export const MAX_REGEX_CHARS = 1_024;
/** Instructions of a compiled regular expression; matching costs up to their number per character. */
export const MAX_REGEX_SIZE = 4_000;
