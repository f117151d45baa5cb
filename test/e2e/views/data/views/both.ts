/** Two finds in one view, as lists, and the first of one in a view of its own. */
import { view } from '../../../../../server/sdk.ts';

interface Data {
  readonly open: readonly object[];
  readonly tagged: readonly { readonly _id: string; readonly tags: readonly string[] }[];
}

export default function both({ open, tagged }: Data) {
  return {
    count: open.length + tagged.length,
    open,
    tags: tagged.map(({ _id, tags }) => ({ _id, tags })),
    top: view('rows', { find: { coll: 'items', options: { sort: { n: -1, _id: 1 }, limit: 1 } } }),
  };
}
