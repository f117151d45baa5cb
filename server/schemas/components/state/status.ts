/** The states a thing can be in, as everything that shows one names them; each has an icon, a word and a colour. */
import { choice } from '../base.ts';

export const statusNames = [
  'succeeded',
  'delivered',
  'enabled',
  'failed',
  'dead',
  'refused',
  'retrying',
  'warning',
  'running',
  'sending',
  'queued',
  'pending',
  'paused',
  'disabled',
  'canceled',
] as const;
export const StatusName = choice(...statusNames);
