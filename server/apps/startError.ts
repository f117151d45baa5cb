/** Why Earshot cannot start, in words for the one who starts it. Shown without a stack, then exit code 1. */
export class StartError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'StartError';
  }
}
