/** Times of documents: Dates where a listener wrote them, text where they came over HTTP, whose JSON has no other. */
export type Moment = Date | string | null | undefined;

/** ISO 8601; null for none, and for what is no time. */
export function isoOf(moment: Moment): string | null {
  if (moment === null || moment === undefined) return null;
  const at = new Date(moment);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
