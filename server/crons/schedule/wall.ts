/**
 * The times of a schedule on the clock of a wall: an axis without zones, on which a moment is the milliseconds that
 * `Date.UTC` gives for what the clock shows.
 */
import { type CalendarDay, lastDayOf, matchesDay } from './days.ts';
import type { Schedule } from './schedule.ts';

const DAY_MS = 86_400_000;

/** The first time of the schedule at or after `fromMs` and before `untilMs`, both whole seconds. */
export function nextWallTime(schedule: Schedule, fromMs: number, untilMs: number): number | null {
  for (const dayMs of daysBetween(schedule, fromMs, untilMs)) {
    const second = timeOfDayFrom(schedule, Math.max(0, (fromMs - dayMs) / 1000));
    if (second === null) continue;
    const wallMs = dayMs + second * 1000;
    return wallMs < untilMs ? wallMs : null;
  }
  return null;
}

/** How many times of the schedule lie at or after `fromMs` and before `untilMs`; it costs a step per day, not per time. */
export function countWallTimes(schedule: Schedule, fromMs: number, untilMs: number): number {
  let count = 0;
  for (const dayMs of daysBetween(schedule, fromMs, untilMs)) {
    count +=
      timesBefore(schedule, Math.min(untilMs - dayMs, DAY_MS) / 1000) -
      timesBefore(schedule, Math.max(fromMs - dayMs, 0) / 1000);
  }
  return count;
}

/** The midnights of the schedule's days that have a moment in the span; months it leaves out are passed over. */
function* daysBetween(schedule: Schedule, fromMs: number, untilMs: number): Generator<number> {
  const first = new Date(fromMs);
  let year = first.getUTCFullYear();
  let month = first.getUTCMonth() + 1;
  let day = first.getUTCDate();
  let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS;
  while (dayMs < untilMs) {
    const last = lastDayOf(year, month);
    if (schedule.months.includes(month)) {
      let weekday = weekdayOf(dayMs);
      for (; day <= last && dayMs < untilMs; day++, dayMs += DAY_MS) {
        const date: CalendarDay = { year, month, day, weekday, last };
        if (matchesDay(schedule, date)) yield dayMs;
        weekday = (weekday + 1) % 7;
      }
    } else {
      dayMs += (last - day + 1) * DAY_MS;
    }
    day = 1;
    month = (month % 12) + 1;
    if (month === 1) year++;
  }
}

/** The epoch began on a Thursday. */
const weekdayOf = (dayMs: number): number => (((dayMs / DAY_MS + 4) % 7) + 7) % 7;

/** The first second of a day, at or after one, that the schedule has; null when its times of that day are over. */
function timeOfDayFrom({ hours, minutes, seconds }: Schedule, from: number): number | null {
  const hourNow = Math.floor(from / 3600);
  for (const hour of hours) {
    if (hour < hourNow) continue;
    const minuteNow = hour === hourNow ? Math.floor((from % 3600) / 60) : 0;
    for (const minute of minutes) {
      if (minute < minuteNow) continue;
      const secondNow = hour === hourNow && minute === minuteNow ? from % 60 : 0;
      const second = seconds.find((candidate) => candidate >= secondNow);
      if (second !== undefined) return hour * 3600 + minute * 60 + second;
    }
  }
  return null;
}

/** How many of the schedule's times of day come before a second of it. */
function timesBefore({ hours, minutes, seconds }: Schedule, second: number): number {
  const [hour, minute] = [Math.floor(second / 3600), Math.floor((second % 3600) / 60)];
  let count = below(hours, hour) * minutes.length * seconds.length;
  if (!hours.includes(hour)) return count;
  count += below(minutes, minute) * seconds.length;
  return minutes.includes(minute) ? count + below(seconds, second % 60) : count;
}

function below(ascending: readonly number[], value: number): number {
  const index = ascending.findIndex((candidate) => candidate >= value);
  return index < 0 ? ascending.length : index;
}
