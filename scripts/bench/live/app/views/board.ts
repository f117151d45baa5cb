/** The rows of the board, keyed, so that a change of one is a patch of one value. */
import type { ViewContext } from '../../../../../server/sdk.ts';

interface Row {
  readonly _id: string;
  readonly name: string;
  readonly at: number;
}

export default function board(rows: readonly Row[], _props: unknown, _context: ViewContext) {
  return {
    order: rows.map(({ _id }) => _id),
    rows: Object.fromEntries(rows.map(({ _id, name, at }) => [_id, { name, at }])),
  };
}
