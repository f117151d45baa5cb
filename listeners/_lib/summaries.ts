/** A day's summary of the orders, and where the clocks of its zone say that the day begins and ends. */
export interface Summary {
  /** `2026-11-20 Europe/Paris` */
  readonly _id: string;
  readonly day: string;
  readonly timezone: string;
  readonly from: Date;
  readonly to: Date;
  readonly orders: number;
  readonly by_status: Readonly<Record<string, number>>;
  /** What was paid or shipped, in the smallest unit of each currency. */
  readonly revenue: readonly { readonly currency: string; readonly amount: number }[];
  readonly made_at: Date;
}

/** One document of the collection `settings`: what the readers have chosen. */
export interface NightlySettings {
  readonly _id: 'nightly';
  readonly timezone: string;
}

export const NIGHTLY = 'nightly-orders';

export function isZone(timezone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The last day that was over in the zone at that moment: `2026-11-20`, from its first moment to that of the next day. */
export function dayBefore(
  at: Date,
  timezone: string,
): { readonly day: string; readonly from: Date; readonly to: Date } {
  const to = startOfDay(dayOf(at, timezone), timezone);
  const day = dayOf(new Date(to.getTime() - 1), timezone);
  return { day, from: startOfDay(day, timezone), to };
}

function dayOf(at: Date, timezone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(at);
}

/** Days are 23 to 25 hours long, and where clocks change at midnight a day begins at one: so the first moment is searched for. */
function startOfDay(day: string, timezone: string): Date {
  const noonMs = Date.parse(`${day}T12:00:00Z`);
  let [before, within] = [noonMs - 36 * HOUR_MS, noonMs + 36 * HOUR_MS];
  while (within - before > 1_000) {
    const middle = Math.floor((before + within) / 2_000) * 1_000;
    if (dayOf(new Date(middle), timezone) < day) before = middle;
    else within = middle;
  }
  return new Date(within);
}

const HOUR_MS = 3_600_000;
