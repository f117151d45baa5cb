/** Components that show one fact well: a status, a time, a number, a person. */
import type { ComponentSpec } from './base.ts';
import { copyable, fact_list, person, secret, stat } from './fact/things.ts';
import { bytes, duration, number, time } from './fact/measures.ts';
import { badge, status, statusSticker } from './fact/states.ts';

export type { Badge, Status, StatusSticker } from './fact/states.ts';
export type { Bytes, Duration, Number, Time } from './fact/measures.ts';
export type { Copyable, FactList, Person, Secret, Stat } from './fact/things.ts';

export const fact = [
  status,
  statusSticker,
  badge,
  time,
  duration,
  number,
  bytes,
  copyable,
  fact_list,
  stat,
  person,
  secret,
] as const satisfies readonly ComponentSpec[];
