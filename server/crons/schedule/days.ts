/** Which days a schedule asks for. */
import type { DayOfMonth, DayOfWeek, Schedule } from './schedule.ts';

/** A date of the calendar, without a zone. */
export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** The last day of the month. */
  readonly last: number;
}

/**
 * Whether a day of a month that the schedule has is one of its days. When day of month and day of week both ask for
 * something, either is enough (POSIX, crontab).
 */
export function matchesDay({ daysOfMonth, daysOfWeek }: Schedule, date: CalendarDay): boolean {
  if (daysOfMonth === null && daysOfWeek === null) return true;
  return (
    (daysOfMonth?.some((token) => isDayOfMonth(token, date)) ?? false) ||
    (daysOfWeek?.some((token) => isDayOfWeek(token, date)) ?? false)
  );
}

/** The last day of a month, 1 to 12. */
export function lastDayOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Whether some day of the month that the schedule names exists in some year: 30 February does not. Asked even where days
 * of the week go on without it, as such a day is a slip of the pen.
 */
export function isPossible({ daysOfMonth, months }: Schedule): boolean {
  const aLeapYear = 2028;
  return (
    daysOfMonth === null ||
    months.some((month) => {
      const last = lastDayOf(aLeapYear, month);
      return daysOfMonth.some((token) => {
        if (token.kind === 'lastWeekday') return true;
        return token.kind === 'last' ? token.daysBefore < last : token.day <= last;
      });
    })
  );
}

function isDayOfMonth(token: DayOfMonth, { day, weekday, last }: CalendarDay): boolean {
  switch (token.kind) {
    case 'day':
      return day === token.day;
    case 'last':
      return day === last - token.daysBefore;
    case 'nearestWeekday':
      return token.day <= last && day === nearestWeekday(token.day, last, (weekday + token.day - day + 35) % 7);
    case 'lastWeekday':
      return day === nearestWeekday(last, last, (weekday + last - day) % 7);
  }
}

/** The date from Monday to Friday nearest to a date, without leaving the month. */
function nearestWeekday(target: number, last: number, weekday: number): number {
  if (weekday === 6) return target === 1 ? 3 : target - 1;
  if (weekday === 0) return target === last ? target - 2 : target + 1;
  return target;
}

function isDayOfWeek(token: DayOfWeek, { day, weekday, last }: CalendarDay): boolean {
  if (token.weekday !== weekday) return false;
  switch (token.kind) {
    case 'every':
      return true;
    case 'nth':
      return Math.ceil(day / 7) === token.nth;
    case 'last':
      return day + 7 > last;
  }
}
