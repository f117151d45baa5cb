/** Hands on the state of the connection, with what changes it. */
import { listener, type ViewContext } from '../../../../../server/sdk.ts';

export default function state(_data: unknown, _props: unknown, { state: known }: ViewContext) {
  return { state: known, set: listener('remember'), wait: listener('wait'), fail: listener('refuse') };
}
