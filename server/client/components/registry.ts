/** Every renderer there is, by component type. Only main programs import it: components reach each other through Show. */
import type { Renderers } from '../render/types.ts';
import { renderers as act } from './act/index.ts';
import { renderers as chart } from './chart/index.ts';
import { renderers as data } from './data/index.ts';
import { renderers as fact } from './fact/index.ts';
import { renderers as form } from './form/index.ts';
import { renderers as layout } from './layout/index.ts';
import { renderers as state } from './state/index.ts';
import { renderers as text } from './text/index.ts';

/** Without a prototype: a `_type` of `constructor` finds nothing. */
export const registry: Renderers = Object.assign(Object.create(null) as Record<string, never>, {
  ...layout,
  ...text,
  ...fact,
  ...act,
  ...form,
  ...data,
  ...chart,
  ...state,
});
