import { fact } from '../../../server/schemas/components/fact.ts';
import { describeLooks } from '../layout/looks.ts';

describeLooks('fact', fact);
