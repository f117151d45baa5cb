import { layout } from '../../../server/schemas/components/layout.ts';
import { describeLooks } from './looks.ts';

describeLooks('layout', layout);
