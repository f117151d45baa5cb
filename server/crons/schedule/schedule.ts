/** A schedule as it was understood: plain data, free of zones and of the text it came from. */
export interface Schedule {
  /** Ascending, without repetitions, as are the next three. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** null where the field is `*` or `?`: it asks nothing of a day. A day fits when either of the two lists has it. */
  readonly daysOfMonth: readonly DayOfMonth[] | null;
  readonly daysOfWeek: readonly DayOfWeek[] | null;
  /** Written with six fields. */
  readonly hasSeconds: boolean;
  /**
   * Its seconds, minutes and hours name times of the day (no `*`, no step), so that it runs once a day whatever the
   * clocks do. All other schedules follow the clock on the wall, as in cron(8) of Debian.
   */
  readonly isFixed: boolean;
}

export type DayOfMonth =
  | { readonly kind: 'day'; readonly day: number }
  /** `L`, and `L-3`: so many days before the last one. */
  | { readonly kind: 'last'; readonly daysBefore: number }
  /** `15W`: the day from Monday to Friday that is nearest, in the same month. No day where the month has no such date. */
  | { readonly kind: 'nearestWeekday'; readonly day: number }
  /** `LW` */
  | { readonly kind: 'lastWeekday' };

/** 0 is Sunday. */
export type DayOfWeek =
  | { readonly kind: 'every'; readonly weekday: number }
  /** `5#2`: the second Friday. */
  | { readonly kind: 'nth'; readonly weekday: number; readonly nth: number }
  /** `5L`: the last Friday. */
  | { readonly kind: 'last'; readonly weekday: number };

export type ScheduleField = 'second' | 'minute' | 'hour' | 'day of month' | 'month' | 'day of week';

export interface ScheduleFault {
  readonly field: ScheduleField | 'schedule';
  /** The part that is wrong; long ones are cut. */
  readonly value?: string;
  /** A whole sentence: where, what is wrong, what was expected. */
  readonly message: string;
}
