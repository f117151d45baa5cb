/** Imports a listener's module once per thread and keeps what is needed to call it. */
import { listenerOptions } from '../brand.ts';
import { failure } from './failure.ts';
import { type CodeSource } from './protocol.ts';
import { type Checks } from './validate.ts';

export interface LoadedListener {
  readonly run: (props: unknown, event: unknown, api: unknown) => unknown;
  readonly checks?: Promise<Checks>;
}

const loaded = new Map<string, LoadedListener>();
const keyOf = (source: CodeSource) => `${source.module}#${source.exported}`;

export const loadListener = Object.assign(load, {
  known: (source: CodeSource): LoadedListener | undefined => loaded.get(keyOf(source)),
});

async function load(source: CodeSource): Promise<LoadedListener> {
  let namespace: Record<string, unknown>;
  try {
    namespace = (await import(source.module)) as Record<string, unknown>;
  } catch (error) {
    throw failure.invalid(source, 'it does not load', error);
  }
  const exported = namespace[source.exported];
  if (exported === undefined) throw failure.missing(source);
  if (typeof exported !== 'function') throw failure.invalid(source, 'its export is no longer a function');
  const { props, event } = listenerOptions(exported) ?? {};
  const listener: LoadedListener = {
    run: exported as LoadedListener['run'],
    ...((props !== undefined || event !== undefined) && {
      checks: import('./validate.ts').then(({ createChecks }) => createChecks(props, event)),
    }),
  };
  loaded.set(keyOf(source), listener);
  return listener;
}
