/** Documents as a table of JSON: an order and the rows by their ids, each with what can be done with it. */
import { listener } from '../../../../../server/sdk.ts';

interface Item {
  readonly _id: string;
}

export default function rows(items: readonly Item[]) {
  return {
    order: items.map(({ _id }) => _id),
    rows: Object.fromEntries(items.map((item) => [item._id, { ...item, close: listener('keep', { id: item._id }) }])),
  };
}
