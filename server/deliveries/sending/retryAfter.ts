/** Reads `Retry-After` as RFC 9110, section 10.2.3 has it: whole seconds, or a date. */

const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/** Milliseconds from now, at least 0; undefined where the header is missing or says neither. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  const ms = DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms - nowMs);
}
