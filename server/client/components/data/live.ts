/**
 * Which rows a person sees while the server's order goes on changing. Nothing here knows React.
 *
 *   follow   the server's order, at once
 *   buffer   the order as it was when it was taken over: rows that went stay (gone), rows that came wait; what comes
 *            after the last row is added, for that moves nothing
 *   off      order and rows as they were when they were taken over
 *
 * The whole is taken over when a person asks for it, when nothing of what is shown is left, and with the first change
 * after the question was another one (another page, filter or sorting): results of two questions never mix.
 */
export type LiveMode = 'follow' | 'buffer' | 'off';

export interface Given<R> {
  readonly order: readonly string[];
  readonly rows: Readonly<Record<string, R>>;
  readonly mode: LiveMode;
  /** What was asked: the address, the sorting. */
  readonly question: string;
}

export interface Shown<R> {
  readonly given: Given<R>;
  readonly order: readonly string[];
  /** Rows that are shown and are not among the given ones any more. */
  readonly gone: ReadonlyMap<string, R>;
  /** How many of the given ids wait to be shown. */
  readonly waiting: number;
  /** Whether taking over would change something. */
  readonly isStale: boolean;
  /** The question is another one, and its answer is not here yet. */
  readonly isAwaited: boolean;
}

const none: ReadonlyMap<string, never> = new Map<string, never>();

export function takeOver<R>(given: Given<R>): Shown<R> {
  const order = uniqueWithRow(given);
  return { given, order, gone: none, waiting: 0, isStale: false, isAwaited: false };
}

/** What is shown after the server's word changed; the same object where nothing is to be changed. */
export function advance<R>(shown: Shown<R>, given: Given<R>): Shown<R> {
  const before = shown.given;
  const isSameAnswer = before.order === given.order && before.rows === given.rows;
  const isOtherQuestion = before.question !== given.question;
  if (isSameAnswer && before.mode === given.mode) {
    return isOtherQuestion ? { ...shown, given, isAwaited: true } : shown;
  }
  if (given.mode === 'follow' || shown.isAwaited || isOtherQuestion) return takeOver(given);
  return given.mode === 'off' ? holdAll(shown, given) : holdOrder(shown, given);
}

/** The row of an id that is shown. */
export function rowOf<R>(shown: Shown<R>, id: string): R | undefined {
  const gone = shown.gone.get(id);
  if (gone !== undefined) return gone;
  return Object.hasOwn(shown.given.rows, id) ? shown.given.rows[id] : undefined;
}

function holdOrder<R>(shown: Shown<R>, given: Given<R>): Shown<R> {
  const now = uniqueWithRow(given);
  const present = new Set(now);
  if (!shown.order.some((id) => present.has(id))) return takeOver(given);

  const known = new Set(shown.order);
  const lastKnown = now.findLastIndex((id) => known.has(id));
  const order = lastKnown === now.length - 1 ? shown.order : [...shown.order, ...now.slice(lastKnown + 1)];
  const gone = new Map<string, R>();
  for (const id of shown.order) {
    const row = present.has(id) ? undefined : rowOf(shown, id);
    if (row !== undefined) gone.set(id, row);
  }
  const waiting = now.slice(0, lastKnown + 1).filter((id) => !known.has(id)).length;
  const isStale = waiting > 0 || gone.size > 0 || now.some((id, at) => id !== order[at]);
  return { given, order, gone: gone.size === 0 ? none : gone, waiting, isStale, isAwaited: false };
}

function holdAll<R>(shown: Shown<R>, given: Given<R>): Shown<R> {
  if (shown.order.length === 0) return takeOver(given);
  const gone = new Map<string, R>();
  let isStale = false;
  for (const id of shown.order) {
    const row = rowOf(shown, id);
    if (row === undefined) continue;
    gone.set(id, row);
    isStale ||= given.rows[id] !== row;
  }
  const now = uniqueWithRow(given);
  const waiting = now.filter((id) => !gone.has(id)).length;
  isStale ||= now.length !== shown.order.length || now.some((id, at) => id !== shown.order[at]);
  return { given, order: shown.order, gone, waiting, isStale, isAwaited: false };
}

function uniqueWithRow<R>({ order, rows }: Given<R>): readonly string[] {
  const seen = new Set<string>();
  for (const id of order) if (Object.hasOwn(rows, id)) seen.add(id);
  return seen.size === order.length ? order : [...seen];
}
