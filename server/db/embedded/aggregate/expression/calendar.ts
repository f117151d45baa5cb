/** Weeks and days of the year, by the Gregorian calendar and ISO 8601. Dates are shifted so that UTC getters read local time. */
const DAY_MS = 86_400_000;

export const dayOfYear = (local: Date): number =>
  Math.floor((startOfDay(local) - startOfYear(local.getUTCFullYear())) / DAY_MS) + 1;

/** 1 is Sunday. */
export const dayOfWeek = (local: Date): number => local.getUTCDay() + 1;
/** 1 is Monday. */
export const isoDayOfWeek = (local: Date): number => local.getUTCDay() || 7;

/** Weeks begin on Sunday; the days before the first one are week 0. */
export const weekOfYear = (local: Date): number => Math.floor((dayOfYear(local) + 6 - local.getUTCDay()) / 7);

/** The Thursday of a week says to which ISO year the week belongs. */
const thursdayOf = (local: Date): Date => new Date(startOfDay(local) + (4 - isoDayOfWeek(local)) * DAY_MS);

export const isoWeekYear = (local: Date): number => thursdayOf(local).getUTCFullYear();
export const isoWeek = (local: Date): number => Math.floor((dayOfYear(thursdayOf(local)) - 1) / 7) + 1;

/** Midnight (UTC milliseconds) of the Monday on which ISO week 1 of the year begins. */
export function startOfIsoYear(year: number): number {
  const fourth = new Date(startOfYear(year) + 3 * DAY_MS);
  return fourth.getTime() - (isoDayOfWeek(fourth) - 1) * DAY_MS;
}

export function daysInMonth(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}

const startOfDay = (local: Date): number => Math.floor(local.getTime() / DAY_MS) * DAY_MS;

function startOfYear(year: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, 0, 1);
  return date.getTime();
}
