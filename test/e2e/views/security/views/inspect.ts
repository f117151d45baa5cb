/** The context as a text, as somebody who looks for a mistake would show it. */
import { inspect } from 'node:util';

export default (_data: unknown, _props: unknown, context: unknown) => ({ text: inspect(context) });
