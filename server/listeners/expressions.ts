/**
 * Evaluates JSONata expressions: foreign code, so it runs in runner processes of its own, with a deadline, a memory
 * limit and capped functions. Whatever an expression does, the answer is a value.
 */
export interface Expressions {
  /** Throws `invalid_input` where the expression does not parse or is nested too deeply. Evaluates nothing. */
  readonly check: (expression: string) => void;
  /** Never rejects. `inputJson` is JSON text. */
  readonly evaluate: (expression: string, inputJson: string, signal?: AbortSignal) => Promise<Evaluated>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export type Evaluated =
  | { readonly status: 'value'; /** JSON text, at most 1 MiB. */ readonly json: string }
  /** The expression gave nothing (JSONata's undefined). */
  | { readonly status: 'nothing' }
  | { readonly status: 'failed'; /** A sentence that says why. */ readonly reason: string }
  /** The runner died of somebody else's fault, or the server is stopping: try again. */
  | { readonly status: 'unavailable' };
