/** Schedules by chance, the same ones for the same seed. */
import { parseSchedule } from '../../../server/crons/schedule/parse.ts';
import type { Schedule } from '../../../server/crons/schedule/schedule.ts';

export interface Generated {
  readonly text: string;
  readonly schedule: Schedule;
}

/** A schedule that the test knows to be one. */
export function scheduleOf(text: string): Schedule {
  const parsed = parseSchedule(text);
  if ('faults' in parsed) throw new Error(`${text}: ${parsed.faults.map(({ message }) => message).join(' ')}`);
  return parsed.schedule;
}

/** Those that can never come (30 February) are left out, and others take their place. */
export function generateSchedules(seed: number, count: number): Generated[] {
  const random = randomOf(seed);
  const generated: Generated[] = [];
  while (generated.length < count) {
    const text = textOf(random);
    const parsed = parseSchedule(text);
    if ('schedule' in parsed) generated.push({ text, schedule: parsed.schedule });
    else if (!parsed.faults.every(({ message }) => message.includes('never comes'))) {
      throw new Error(`${text}: ${parsed.faults.map(({ message }) => message).join(' ')}`);
    }
  }
  return generated;
}

export type Random = (below: number) => number;

/** Numerical Recipes' linear congruential generator; its high bits are good enough here. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

function textOf(random: Random): string {
  const pick = <T>(values: readonly T[]): T => values[random(values.length)]!;
  const between = (min: number, max: number): number => min + random(max - min + 1);
  const range = (min: number, max: number): string => {
    const from = between(min, max - 1);
    return `${from}-${between(from + 1, max)}`;
  };
  const list = (min: number, max: number): string =>
    [between(min, max), between(min, max), between(min, max)].slice(random(2)).join(',');
  const numbers = (min: number, max: number): string =>
    pick([
      () => '*',
      () => `*/${between(2, Math.min(20, max - min))}`,
      () => `${between(min, max)}`,
      () => `${between(min, max)}`,
      () => list(min, max),
      () => range(min, max),
      () => `${range(min, max)}/${between(1, 4)}`,
      () => `${between(min, max)},${range(min, max)}`,
    ])();
  // Clocks change at night: half of the hours are of the night.
  const hour = pick([() => numbers(0, 23), () => numbers(0, 3)])();
  const dayOfMonth = pick([
    () => '*',
    () => '*',
    () => '*',
    () => '?',
    () => `${between(1, 31)}`,
    () => list(1, 31),
    () => range(1, 31),
    () => `*/${between(2, 10)}`,
    () => 'L',
    () => `${between(1, 28)},L`,
    () => 'LW',
    () => `${between(1, 31)}W`,
  ])();
  const month = pick([
    () => '*',
    () => '*',
    () => '*',
    () => numbers(1, 12),
    () => pick(MONTHS),
    () => `${pick(MONTHS.slice(0, 6))}-${pick(MONTHS.slice(6))}`,
  ])();
  const dayOfWeek = pick([
    () => '*',
    () => '*',
    () => '*',
    () => '?',
    () => `${between(0, 7)}`,
    () => pick(DAYS),
    () => 'MON-FRI',
    () => `${pick(DAYS)},${between(0, 6)}`,
    () => `${between(0, 6)}#${between(1, 5)}`,
    () => `${pick(DAYS)}#${between(1, 4)}`,
    () => `${between(0, 6)}L`,
  ])();
  const five = [numbers(0, 59), hour, dayOfMonth, month, dayOfWeek];
  const seconds = pick([() => '*', () => '0', () => `${between(0, 59)}`, () => list(0, 59), () => '*/20'])();
  return (random(3) === 0 ? [seconds, ...five] : five).join(' ');
}
