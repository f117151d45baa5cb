/** An author's views as plain functions, run as the platform runs them: with a context that notices what is looked at. */
import type { Manifest, ContextKey, ViewContext } from '../../../server/schemas/view.ts';
import type { Rendered, RenderRequest, ViewCode } from '../../../server/views/render.ts';

export type View = (data: any, props: any, context: ViewContext) => unknown;

export interface AuthorCode extends ViewCode {
  readonly views: Map<string, View>;
  manifestNow: Manifest;
  /** Each render, in order. */
  readonly renders: RenderRequest[];
  readonly rendersOf: (view: string) => RenderRequest[];
  readonly reload: () => void;
  /** Answers as if the process had died, so many times. */
  unavailable: number;
  /** Waits before each render. */
  beforeRender: () => Promise<void>;
}

export function authorCode(views: Record<string, View>, manifest: Manifest): AuthorCode {
  const callbacks = new Set<() => void>();
  const code: AuthorCode = {
    views: new Map(Object.entries(views)),
    manifestNow: manifest,
    renders: [],
    rendersOf: (view) => code.renders.filter((one) => one.view === view),
    unavailable: 0,
    beforeRender: () => Promise.resolve(),
    async render(request): Promise<Rendered> {
      code.renders.push(request);
      await code.beforeRender();
      if (code.unavailable > 0) {
        code.unavailable--;
        return { status: 'unavailable' };
      }
      return renderIn(code.views.get(request.view)!, structuredClone(request));
    },
    has: (view) => code.views.has(view),
    nearest: (view) => [...code.views.keys()].filter((name) => name.startsWith(view.slice(0, 2))),
    manifest: () => code.manifestNow,
    problems: () => [],
    onChange: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    reload: () => {
      for (const callback of callbacks) callback();
    },
  };
  return code;
}

function renderIn(view: View, { data, props, context }: RenderRequest): Rendered {
  const used = new Set<ContextKey>();
  const watched = new Proxy(context, {
    get: (target, key) => {
      used.add(key as ContextKey);
      return target[key as ContextKey];
    },
  });
  try {
    const value = JSON.parse(JSON.stringify(view(data, props, watched) ?? null));
    return { status: 'rendered', value, used: [...used] };
  } catch (error) {
    return { status: 'failed', message: (error as Error).message, stack: 'at views/x.ts:1' };
  }
}
