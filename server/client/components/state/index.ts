/** The renderers of the group «state», by component type. */
import type { Renderers } from '../../render/types.ts';
import { Alert, Problem } from './Notices.tsx';
import { Empty, Skeleton } from './Placeholders.tsx';
import { Progress, Steps } from './Progress.tsx';

export const renderers: Renderers = {
  empty: Empty,
  skeleton: Skeleton,
  alert: Alert,
  progress: Progress,
  steps: Steps,
  problem: Problem,
};
