/** The line of a sparkline. Gaps break it; a value alone between gaps, and the last one, are dots. */
type Point = readonly [number, number];

const PAD = 3;

export function sparkPath(
  values: readonly (number | null)[],
  width: number,
  height: number,
): { readonly line: string; readonly dots: readonly Point[] } {
  const there = values.filter((value) => value !== null);
  const [least, most] = [Math.min(...there), Math.max(...there)];
  const at = (value: number, place: number): Point => [
    round(PAD + (place / Math.max(1, values.length - 1)) * (width - 2 * PAD)),
    round(height - PAD - (most === least ? 0.5 : (value - least) / (most - least)) * (height - 2 * PAD)),
  ];

  const parts: string[] = [];
  const dots: Point[] = [];
  values.forEach((value, place) => {
    if (value === null) return;
    const point = at(value, place);
    const isStart = (values[place - 1] ?? null) === null;
    const isEnd = (values[place + 1] ?? null) === null;
    parts.push(`${isStart ? 'M' : 'L'}${point[0]} ${point[1]}`);
    if ((isStart && isEnd) || place === values.length - 1) dots.push(point);
  });
  return { line: parts.join(''), dots };
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;
