/**
 * $geoWithin (and its old name $within) for legacy shapes, which need no index and are exact: $box, $center and $polygon in the
 * plane, $centerSphere on the sphere. GeoJSON shapes ($geometry) and nearness are not offered.
 */
import { badValue } from '../errors.ts';
import { isNumber, isPlainObject, toNumber } from '../values/types.ts';
import { type Predicate } from './condition.ts';

type Point = readonly [x: number, y: number];

export function isWithin(operand: unknown, name: string): Predicate {
  const shape = isPlainObject(operand) ? Object.keys(operand).find((key) => key !== '$uniqueDocs') : undefined;
  if (shape === undefined || !isPlainObject(operand)) throw badValue(`${name} needs a shape`);
  const contains = compileShape(shape, operand[shape], name);
  return (value) => {
    const point = storedPoint(value);
    return point !== undefined && contains(point);
  };
}

function compileShape(shape: string, spec: unknown, name: string): (point: Point) => boolean {
  switch (shape) {
    case '$box':
      return inBox(pointsOf(spec, shape));
    case '$polygon':
      return inPolygon(pointsOf(spec, shape));
    case '$center':
    case '$centerSphere':
      return inCircle(spec, shape);
    default:
      throw badValue(`${name} with ${shape} is not supported by the embedded engine: it has no geospatial queries`);
  }
}

function inBox(corners: readonly Point[]): (point: Point) => boolean {
  const [a, b] = corners;
  if (a === undefined || b === undefined || corners.length !== 2) throw badValue('$box needs two corners');
  const isBetween = (n: number, from: number, to: number): boolean =>
    Math.min(from, to) <= n && n <= Math.max(from, to);
  return ([x, y]) => isBetween(x, a[0], b[0]) && isBetween(y, a[1], b[1]);
}

function inPolygon(corners: readonly Point[]): (point: Point) => boolean {
  if (corners.length < 3) throw badValue('$polygon needs at least three points');
  const edges = corners.map((corner, i) => [corner, corners[(i + 1) % corners.length] ?? corner] as const);
  return (point) => {
    let isInside = false;
    for (const [a, b] of edges) {
      if (isOnEdge(point, a, b)) return true;
      // A ray to the right crosses the edge: in and out take turns.
      const crosses = a[1] > point[1] !== b[1] > point[1];
      if (crosses && point[0] < a[0] + ((point[1] - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) isInside = !isInside;
    }
    return isInside;
  };
}

function isOnEdge([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): boolean {
  if ((bx - ax) * (y - ay) !== (by - ay) * (x - ax)) return false;
  return x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by);
}

function inCircle(spec: unknown, shape: string): (point: Point) => boolean {
  const [center, radius] = Array.isArray(spec) ? (spec as unknown[]) : isPlainObject(spec) ? Object.values(spec) : [];
  const middle = legacyPoint(center);
  if (middle === undefined || !isNumber(radius) || !(toNumber(radius) >= 0))
    throw badValue(`${shape} needs a center and a radius that is not negative`);
  const limit = toNumber(radius);
  if (shape === '$center') return ([x, y]) => Math.hypot(x - middle[0], y - middle[1]) <= limit;
  return (point) => angleBetween(point, middle) <= limit;
}

/** Great-circle distance in radians (haversine) of two points in degrees. */
function angleBetween([lonA, latA]: Point, [lonB, latB]: Point): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const haversine = (angle: number): number => Math.sin(angle / 2) ** 2;
  const h =
    haversine(radians(latB - latA)) +
    Math.cos(radians(latA)) * Math.cos(radians(latB)) * haversine(radians(lonB - lonA));
  return 2 * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Points are listed in an array, or are the fields of a document. */
function pointsOf(spec: unknown, shape: string): readonly Point[] {
  const listed = Array.isArray(spec) ? (spec as unknown[]) : isPlainObject(spec) ? Object.values(spec) : [];
  return listed.map((item) => {
    const point = legacyPoint(item);
    if (point === undefined) throw badValue(`Point must be an array or object of two numbers in ${shape}`);
    return point;
  });
}

/** `[x, y]`, or a document whose first two fields are numbers. */
function legacyPoint(value: unknown): Point | undefined {
  const parts = Array.isArray(value) ? (value as unknown[]) : isPlainObject(value) ? Object.values(value) : [];
  const [x, y] = parts;
  return isNumber(x) && isNumber(y) ? [toNumber(x), toNumber(y)] : undefined;
}

function storedPoint(value: unknown): Point | undefined {
  if (isPlainObject(value) && value.type === 'Point') return legacyPoint(value.coordinates);
  return legacyPoint(value);
}
