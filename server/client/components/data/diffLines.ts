/** What changed between two values, by the lines of their JSON; members in order of their names, so that order is no change. */
import type { Json } from '../../../schemas/json.ts';

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
  /** From 1. */
  readonly before?: number;
  readonly after?: number;
}

/** Lines times lines that are compared; beyond it all are told as removed and added. */
const MAX_WORK = 4_000_000;

export function diffLines(before: Json, after: Json): readonly DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;

  const middle = compare(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const same = (text: string) => ({ kind: 'same', text }) as const;
  return numbered([...a.slice(0, start).map(same), ...middle, ...a.slice(a.length - end).map(same)]);
}

type Line = Pick<DiffLine, 'kind' | 'text'>;

/** The longest common subsequence, read from its table. */
function compare(a: readonly string[], b: readonly string[]): readonly Line[] {
  const removed = a.map((text): Line => ({ kind: 'removed', text }));
  const added = b.map((text): Line => ({ kind: 'added', text }));
  if (a.length === 0 || b.length === 0 || a.length * b.length > MAX_WORK) return [...removed, ...added];

  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i]! });
      i++;
      j++;
    } else if (common[(i + 1) * width + j]! >= common[i * width + j + 1]!) lines.push(removed[i++]!);
    else lines.push(added[j++]!);
  }
  return [...lines, ...removed.slice(i), ...added.slice(j)];
}

function numbered(lines: readonly Line[]): readonly DiffLine[] {
  let [before, after] = [0, 0];
  return lines.map((line) => ({
    ...line,
    ...(line.kind !== 'added' && { before: ++before }),
    ...(line.kind !== 'removed' && { after: ++after }),
  }));
}

const linesOf = (value: Json): readonly string[] => JSON.stringify(inOrder(value), null, 2).split('\n');

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, inOrder(member)]),
  );
}

export type DiffPart =
  | { readonly type: 'lines'; readonly lines: readonly DiffLine[] }
  | { readonly type: 'fold'; readonly lines: readonly DiffLine[] };

/** Same lines that are far from a change are folded; a fold is never shorter than what it says. */
export function folded(lines: readonly DiffLine[], around = 3): readonly DiffPart[] {
  const near = new Array<boolean>(lines.length).fill(false);
  lines.forEach((line, at) => {
    if (line.kind !== 'same') near.fill(true, Math.max(0, at - around), Math.min(lines.length, at + around + 1));
  });
  const parts: { type: 'lines' | 'fold'; lines: DiffLine[] }[] = [];
  lines.forEach((line, at) => {
    const type = near[at] === true ? 'lines' : 'fold';
    const last = parts.at(-1);
    if (last?.type === type) last.lines.push(line);
    else parts.push({ type, lines: [line] });
  });
  return parts.map((part) => (part.type === 'fold' && part.lines.length < 3 ? { ...part, type: 'lines' } : part));
}
