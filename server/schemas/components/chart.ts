/** Components that draw numbers. Each can be read without seeing it: as a table, or as words. */
import type { ComponentSpec } from './base.ts';
import { chartComponent } from './chart/chart.ts';
import { flowMap } from './chart/flowMap.ts';
import { meter, sparkline } from './chart/small.ts';

export const chart = [chartComponent, sparkline, meter, flowMap] as const satisfies readonly ComponentSpec[];
