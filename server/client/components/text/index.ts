/** The renderers of the group «text», by component type. */
import type { Renderers } from '../../render/types.ts';

export const renderers: Renderers = {};
