/** A component that is loaded when it is first shown. Where that fails, showing it again tries anew: React's own does not. */
import { createElement, use, type ReactNode } from 'react';

type Drawn<P> = (props: P) => ReactNode;

/** React draws what failed twice before it gives up. */
const FAILED_MS = 1_000;

export function lazily<P extends object>(load: () => Promise<Drawn<P>>): Drawn<P> {
  let loading: Promise<Drawn<P>> | undefined;
  let failedAtMs: number | undefined;
  const once = (): Promise<Drawn<P>> => {
    if (failedAtMs !== undefined && Date.now() - failedAtMs > FAILED_MS) loading = undefined;
    if (loading !== undefined) return loading;
    failedAtMs = undefined;
    loading = load().catch((error: unknown) => {
      failedAtMs = Date.now();
      throw error;
    });
    return loading;
  };
  return function Lazily(props: P) {
    return createElement(use(once()), props);
  };
}
