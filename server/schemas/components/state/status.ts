/** The states a thing can be in, as everything that shows one names them; each has an icon, a word and a colour. */
import { choice } from '../base.ts';

export const StatusName = choice(
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
);
