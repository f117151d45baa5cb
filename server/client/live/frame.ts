/** Work at most once per frame of the screen. A hidden tab draws no frames, so there a clock does it. */
import { isSeen } from './around.ts';

const HIDDEN_MS = 250;

export function onceAFrame(work: () => void): () => void {
  let isDue = false;
  const run = () => {
    isDue = false;
    work();
  };
  return () => {
    if (isDue) return;
    isDue = true;
    if (isSeen()) requestAnimationFrame(run);
    else setTimeout(run, HIDDEN_MS);
  };
}
