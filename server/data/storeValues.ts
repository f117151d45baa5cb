/** Documents as others see them: listeners get plain data, events get JSON. */
import mongoose from 'mongoose';
import type { Json, JsonObject } from '../schemas/json.ts';
import type { StoredDoc } from './args.ts';

/** What JSON, Dates and bytes cannot say becomes text or plain data, whoever wrote it into the database. */
export function plain<D extends object>(doc: D): D {
  return plainValue(doc) as D;
}

/** The document as the data of an event: times as ISO 8601, bytes as base64. What JSON has no number for is null. */
export function asJson(doc: StoredDoc): JsonObject {
  return jsonOf(plainValue(doc)) as JsonObject;
}

/** One value as asJson writes it. */
export function valueAsJson(value: unknown): Json {
  return jsonOf(plainValue(value));
}

/** Whether the database holds the same for both: `1` and `1.0` are the same, a time and its text are not. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (isSimple(a) && isSimple(b)) return false;
  const [one, other] = [a, b].map((value) => mongoose.mongo.BSON.serialize({ value }, { ignoreUndefined: true }));
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
}

/** As the database stores it, in bytes. */
export function bytesOf(value: object): number {
  return mongoose.mongo.BSON.calculateObjectSize(value, { ignoreUndefined: true });
}

/** A text that is the same for the same id, and differs for ids that only read alike. */
export function keyOf(id: unknown): string {
  return typeof id === 'string' ? `"${id}` : Buffer.from(mongoose.mongo.BSON.serialize({ id })).toString('base64');
}

function isSimple(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  const { ObjectId, Decimal128, Long, BSONValue, EJSON } = mongoose.mongo.BSON;
  if (value instanceof ObjectId || value instanceof Decimal128 || value instanceof Long) return value.toString();
  if (value instanceof BSONValue) return EJSON.serialize(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
}

function jsonOf(value: unknown): Json {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
  if (Array.isArray(value)) return value.map(jsonOf);
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(members.map(([key, item]) => [key, jsonOf(item)]));
}
