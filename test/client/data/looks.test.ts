import { chart } from '../../../server/schemas/components/chart.ts';
import { data } from '../../../server/schemas/components/data.ts';
import { state } from '../../../server/schemas/components/state.ts';
import { describeLooks } from '../layout/looks.ts';

describeLooks('data', data);
describeLooks('chart', chart);
describeLooks('state', state);
