/** The renderers of the group «chart», by component type. */
import { lazily } from '../../render/lazily.ts';
import type { Renderers } from '../../render/types.ts';
import '../layout/tokens.css';
import { Chart } from './Chart.tsx';
import { Meter, Sparkline } from './Small.tsx';

export const renderers: Renderers = {
  chart: Chart,
  sparkline: Sparkline,
  meter: Meter,
  flow_map: lazily(async () => (await import('./FlowMap.tsx')).default),
};
