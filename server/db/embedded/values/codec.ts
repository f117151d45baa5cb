/**
 * BSON bytes to documents and back. Two ways to read:
 *   decode       for matching and sorting: int32, double and safe int64 become plain numbers;
 *   decodeExact  for updates, projections and replies: numbers keep their wrappers (Int32, Double, Long), so that what is
 *                written back is byte for byte what was read.
 * Both keep Binary, Decimal128, BSONRegExp, Timestamp and the legacy types as themselves, and read a DBRef as the plain object it is.
 */
export type { Doc } from './doc.ts';
export { decode, decodeExact } from './decode.ts';
export { encode } from './encode.ts';
