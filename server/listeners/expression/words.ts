/** What went wrong with an expression, as one sentence. JSONata throws plain objects with a code and a position. */

const MAX_CHARS = 500;

export function tellFault(thrown: unknown): string {
  const { message, code, position } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Readonly<
    Record<string, unknown>
  >;
  if (thrown instanceof RangeError && thrown.message.includes('call stack'))
    return 'It is nested or recurses too deeply.';
  const words = typeof message === 'string' && message !== '' ? message : `It failed (${String(code ?? thrown)})`;
  const where = [
    ...(typeof code === 'string' ? [code] : []),
    ...(typeof position === 'number' ? [`at character ${position}`] : []),
  ];
  const short = words.length > MAX_CHARS ? `${words.slice(0, MAX_CHARS)}…` : words.replace(/\.$/, '');
  return `${short}${where.length > 0 ? ` (${where.join(', ')})` : ''}.`;
}
