/** What every part of the wiring is handed. */
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';
import type { Lifecycle } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  /** The machine's own unless a test moves time. */
  readonly clock?: Clock;
  /** Reload listeners when their files change. */
  readonly isDevelopment: boolean;
}

export interface Tools extends AppOptions {
  /** What is opened registers its closing here. */
  readonly lifecycle: Lifecycle;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly address: Address;
}

/** Whether the outside speaks https to it. */
export function isHttps({ config }: Tools): boolean {
  return config.publicUrl?.startsWith('https:') ?? false;
}

/** Where this server is reached, known for sure once it listens. */
export interface Address {
  /** As others know it: what webhook URLs begin with. */
  url: string;
  /** Every URL that leads back to this server. */
  own: readonly string[];
}
