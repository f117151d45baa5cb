/** Components that say how things stand: nothing there, not yet, going on, gone wrong. */
import type { ComponentSpec } from './base.ts';
import { alert, problem } from './state/notices.ts';
import { empty, skeleton } from './state/placeholders.ts';
import { progress, steps } from './state/progress.ts';

export const state = [empty, skeleton, alert, progress, steps, problem] as const satisfies readonly ComponentSpec[];
