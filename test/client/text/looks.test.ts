import { text } from '../../../server/schemas/components/text.ts';
import { describeLooks } from '../layout/looks.ts';

describeLooks('text', text);
